"""Commands: names, arguments, options and help; what they do stands in a file each."""

# No postponed annotations here: typer reads them.

from typing import Annotated

import typer
from typer import Argument, Option

from pronghorn import __version__
from pronghorn.cli._main import reported
from pronghorn.cli._network import Design
from pronghorn.cli._train import Order, train

__all__ = ["app"]

app = typer.Typer(
    help="Multilayer perceptrons at hardware speed.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _tell_version(is_asked: bool) -> None:
    if is_asked:
        print(f"pronghorn {__version__}")
        raise typer.Exit


@app.callback()
def run_without_command(
    version: Annotated[
        bool,
        Option(
            "--version", callback=_tell_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None: ...


# What several commands take.
_DATA_HELP = "A data set's name (fashion_mnist, mnist, digits), a .npz or a .csv file."
Data = Annotated[str, Argument(metavar="DATA", help=_DATA_HELP)]
ModelName = Annotated[str, Argument(metavar="MODEL", help="A run folder, or a model file.")]
Target = Annotated[str | None, Option(help="The column of a .csv that is to be predicted.")]
Delimiter = Annotated[
    str | None,
    Option(
        help="The sign between the cells of a .csv: ';', '\\t'. Default: ','.", show_default=False
    ),
]
# A model that was trained on a .csv knows how that one was written.
DelimiterAgain = Annotated[
    str | None,
    Option(help="The sign between the cells of a .csv. Default: as trained.", show_default=False),
]
Debug = Annotated[bool, Option("--debug", help="Show the whole traceback of an error.")]

# The longer options of train; a default of None is said in the help.
Layers = Annotated[str, Option(help="Units of the hidden layers: 128 or 300,100; '' for none.")]
Task = Annotated[str, Option(help="classification, regression, or auto: by the target's values.")]
Rate = Annotated[
    float | None, Option(min=0.0, help="Default: the optimizer's own.", show_default=False)
]
Share = Annotated[float, Option(min=0.0, max=0.9, help="Share of the training rows held out.")]
Threads = Annotated[int | None, Option(min=1, help="Default: every core.", show_default=False)]
Folder = Annotated[
    str | None, Option(help="Folder to write. Default: runs/NAME-TIME.", show_default=False)
]
Verbosity = Annotated[
    int, Option(min=0, max=2, help="0 silent, 1 progress line, 2 one line an epoch.")
]
_USUAL, _DESIGN = Order(data=""), Design()
_LAYERS = ",".join(map(str, _DESIGN.layers))


@app.command("train", help="Train a network, and write a run folder with all about it.")
def run_train(
    data: Data,
    target: Target = _USUAL.target,
    drop: Annotated[str, Option(help="Columns of a .csv to leave out: a,b.")] = "",
    delimiter: Delimiter = _USUAL.delimiter,
    task: Task = _USUAL.task,
    layers: Layers = _LAYERS,
    activation: Annotated[
        str, Option(help="Activation of the hidden layers.")
    ] = _DESIGN.activation,
    optimizer: Annotated[str, Option(help="adam, rmsprop or sgd.")] = _DESIGN.optimizer,
    learning_rate: Rate = _DESIGN.learning_rate,
    batch: Annotated[int, Option(min=1, help="Rows per step.")] = _DESIGN.batch,
    epochs: Annotated[int, Option(min=1, help="Passes over the data.")] = _DESIGN.epochs,
    dropout: Annotated[
        float, Option(help="Share of hidden units dropped while training.")
    ] = _DESIGN.dropout,
    l2: Annotated[float, Option(min=0.0, help="Weight of the squared kernels.")] = _DESIGN.l2,
    seed: Annotated[int, Option(min=0, help="Same seed, same weights.")] = _USUAL.seed,
    validation: Share = _USUAL.validation,
    threads: Threads = _USUAL.threads,
    out: Folder = _USUAL.out,
    verbose: Verbosity = _USUAL.verbose,
    debug: Debug = False,
) -> None:
    chosen = Design(
        layers=_parse_layers(layers),
        activation=activation,
        optimizer=optimizer,
        learning_rate=learning_rate,
        batch=batch,
        epochs=epochs,
        dropout=dropout,
        l2=l2,
    )
    with reported(debug):
        train(
            Order(
                data=data,
                target=target,
                drop=_split(drop),
                delimiter=delimiter,
                task=task,
                design=chosen,
                seed=seed,
                validation=validation,
                threads=threads,
                out=out,
                verbose=verbose,
            )
        )


def _parse_layers(text: str) -> tuple[int, ...]:
    parts = _split(text)
    if not all(part.isascii() and part.isdigit() and int(part) > 0 for part in parts):
        raise typer.BadParameter(
            f"--layers: expected unit counts such as 300,100, received {text!r}"
        )
    return tuple(int(part) for part in parts)


def _split(text: str) -> tuple[str, ...]:
    """The parts between commas, without the empty ones."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


@app.command("evaluate", help="Measure a trained model on data.")
def run_evaluate(
    model: ModelName,
    data: Data,
    target: Target = None,
    delimiter: DelimiterAgain = None,
    debug: Debug = False,
) -> None:
    from pronghorn.cli._evaluate import evaluate

    with reported(debug):
        evaluate(model, data, target, delimiter)


@app.command("predict", help="Predict rows, as CSV on standard output or into a file.")
def run_predict(
    model: ModelName,
    data: Data,
    out: Annotated[str | None, Option(help="CSV file to write.")] = None,
    delimiter: DelimiterAgain = None,
    debug: Debug = False,
) -> None:
    from pronghorn.cli._predict import predict

    with reported(debug):
        predict(model, data, out, delimiter)


@app.command("summary", help="Print the layers of a model.")
def run_summary(
    model: ModelName,
    debug: Debug = False,
) -> None:
    from pronghorn.cli._summary import summarise

    with reported(debug):
        summarise(model)


@app.command("doctor", help="Print processor, engines, threads, versions and data folders.")
def run_doctor(
    debug: Debug = False,
) -> None:
    from pronghorn.cli._doctor import examine

    with reported(debug):
        examine()


@app.command("lab", help="Open the lab: a local page on which a network is seen learning.")
def run_lab(
    port: Annotated[
        int | None,
        Option(min=0, max=65535, help="Default: 7860, or a free one.", show_default=False),
    ] = None,
    idle: Annotated[
        float, Option(min=0.01, help="Minutes without a viewer after which it ends.")
    ] = 60.0,
    browser: Annotated[bool, Option(help="Open the page in the browser.")] = True,
    experiment: Annotated[
        str | None, Option(help="What the page's 'copy command' gave.", show_default=False)
    ] = None,
    lessons: Annotated[
        str | None, Option(help="A folder with lessons of your own.", show_default=False)
    ] = None,
    debug: Debug = False,
) -> None:
    from pronghorn.cli._lab import open_lab

    with reported(debug):
        open_lab(port, idle, browser, experiment, lessons)


@app.command("race", help="Race optimizers down a surface: a table, and a picture of it.")
def run_race(
    surface: Annotated[
        str, Argument(help="beale, bowl, rosenbrock, …, or a formula of x and y, or of x alone.")
    ] = "beale",
    racers: Annotated[
        str, Option(help="Names, each with a rate of its own or without: SGD,Adam:0.5.")
    ] = "SGD,Momentum,NAG,Adagrad,RMSprop,Adam",
    mode: Annotated[
        str, Option(help="Rates: tuned to the surface, course (as taught), or the same.")
    ] = "tuned",
    rate: Annotated[float, Option(min=0.0, help="The rate of --mode same.")] = 0.01,
    steps: Annotated[int, Option(min=1, help="Steps of each racer.")] = 200,
    start: Annotated[str | None, Option(help="Where all begin: 1,1.5.", show_default=False)] = None,
    noise: Annotated[
        float, Option(min=0.0, help="Standard deviation of noise on the gradients.")
    ] = 0.0,
    seed: Annotated[int, Option(min=0, help="Same seed, same noise.")] = 0,
    values: Annotated[
        list[str] | None, Option("--set", help="A number of the bowl: k=100, a=0.5.")
    ] = None,
    domain: Annotated[
        str | None, Option(help="Ranges of a formula of yours: -2:2,-1:3.", show_default=False)
    ] = None,
    save: Annotated[
        str | None, Option(help="Write an animation (.gif) or a picture (.png, .svg, .pdf).")
    ] = None,
    debug: Debug = False,
) -> None:
    from pronghorn.cli._race import RaceOrder, run

    with reported(debug):
        run(
            RaceOrder(
                surface=surface,
                racers=_split(racers),
                mode=mode,
                rate=rate,
                steps=steps,
                start=start,
                noise=noise,
                seed=seed,
                values=tuple(values or ()),
                domain=domain,
                save=save,
            )
        )


# Listed here; carried out before any of this is imported, where the program's own words begin.
@app.command(
    "run",
    help="Run a program that was written for Keras or scikit-learn: pronghorn run --help.",
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    add_help_option=False,
)
def run_program(context: typer.Context) -> None:
    from pronghorn import runner

    runner.main(context.args)
