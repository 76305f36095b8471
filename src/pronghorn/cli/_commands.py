"""Commands: names, arguments, options and help; what they do stands in a file each."""

# No postponed annotations here: typer reads them, and its names are known only inside functions.

from typing import TYPE_CHECKING, Annotated

from pronghorn.cli._main import reported
from pronghorn.cli._network import Design

if TYPE_CHECKING:
    import typer


def build_app() -> "typer.Typer":
    """The command line application with all its commands."""
    import typer

    app = typer.Typer(
        help="Multilayer perceptrons at hardware speed.",
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    for add in (
        _add_train,
        _add_evaluate,
        _add_predict,
        _add_summary,
        _add_doctor,
        _add_lab,
        _add_race,
        _add_run,
    ):
        add(app)
    return app


_DATA_HELP = "A data set's name (fashion_mnist, mnist, digits), a .npz or a .csv file."
_MODEL_HELP = "A run folder, or a model file."
_TARGET_HELP = "The column of a .csv that is to be predicted."
_DEBUG_HELP = "Show the whole traceback of an error."


def _add_train(app: "typer.Typer") -> None:
    from typer import Argument, Option

    from pronghorn.cli._train import Order, train

    usual, design = Order(data=""), Design()

    @app.command("train", help="Train a network, and write a run folder with all about it.")
    def run_train(
        data: Annotated[str, Argument(metavar="DATA", help=_DATA_HELP)],
        target: Annotated[str | None, Option(help=_TARGET_HELP)] = usual.target,
        drop: Annotated[str, Option(help="Columns of a .csv to leave out: a,b.")] = "",
        task: Annotated[
            str, Option(help="classification, regression, or auto: by the target's values.")
        ] = usual.task,
        layers: Annotated[
            str, Option(help="Units of the hidden layers: 128 or 300,100; '' for none.")
        ] = ",".join(map(str, design.layers)),
        activation: Annotated[
            str, Option(help="Activation of the hidden layers.")
        ] = design.activation,
        optimizer: Annotated[str, Option(help="adam, rmsprop or sgd.")] = design.optimizer,
        learning_rate: Annotated[
            float | None, Option(min=0.0, help="Default: the optimizer's own.", show_default=False)
        ] = design.learning_rate,
        batch: Annotated[int, Option(min=1, help="Rows per step.")] = design.batch,
        epochs: Annotated[int, Option(min=1, help="Passes over the data.")] = design.epochs,
        dropout: Annotated[
            float, Option(help="Share of hidden units dropped while training.")
        ] = design.dropout,
        l2: Annotated[float, Option(min=0.0, help="Weight of the squared kernels.")] = design.l2,
        seed: Annotated[int, Option(min=0, help="Same seed, same weights.")] = usual.seed,
        validation: Annotated[
            float, Option(min=0.0, max=0.9, help="Share of the training rows held out.")
        ] = usual.validation,
        threads: Annotated[
            int | None, Option(min=1, help="Default: every core.", show_default=False)
        ] = usual.threads,
        out: Annotated[
            str | None,
            Option(help="Folder to write. Default: runs/NAME-TIME.", show_default=False),
        ] = usual.out,
        verbose: Annotated[
            int, Option(min=0, max=2, help="0 silent, 1 progress line, 2 one line an epoch.")
        ] = usual.verbose,
        debug: Annotated[bool, Option("--debug", help=_DEBUG_HELP)] = False,
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
    from typer import BadParameter

    parts = _split(text)
    if not all(part.isascii() and part.isdigit() and int(part) > 0 for part in parts):
        raise BadParameter(f"--layers: expected unit counts such as 300,100, received {text!r}")
    return tuple(int(part) for part in parts)


def _split(text: str) -> tuple[str, ...]:
    """The parts between commas, without the empty ones."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _add_evaluate(app: "typer.Typer") -> None:
    from typer import Argument, Option

    @app.command("evaluate", help="Measure a trained model on data.")
    def run_evaluate(
        model: Annotated[str, Argument(metavar="MODEL", help=_MODEL_HELP)],
        data: Annotated[str, Argument(metavar="DATA", help=_DATA_HELP)],
        target: Annotated[str | None, Option(help=_TARGET_HELP)] = None,
        debug: Annotated[bool, Option("--debug", help=_DEBUG_HELP)] = False,
    ) -> None:
        from pronghorn.cli._evaluate import evaluate

        with reported(debug):
            evaluate(model, data, target)


def _add_predict(app: "typer.Typer") -> None:
    from typer import Argument, Option

    @app.command("predict", help="Predict rows, as CSV on standard output or into a file.")
    def run_predict(
        model: Annotated[str, Argument(metavar="MODEL", help=_MODEL_HELP)],
        data: Annotated[str, Argument(metavar="DATA", help=_DATA_HELP)],
        out: Annotated[str | None, Option(help="CSV file to write.")] = None,
        debug: Annotated[bool, Option("--debug", help=_DEBUG_HELP)] = False,
    ) -> None:
        from pronghorn.cli._predict import predict

        with reported(debug):
            predict(model, data, out)


def _add_summary(app: "typer.Typer") -> None:
    from typer import Argument, Option

    @app.command("summary", help="Print the layers of a model.")
    def run_summary(
        model: Annotated[str, Argument(metavar="MODEL", help=_MODEL_HELP)],
        debug: Annotated[bool, Option("--debug", help=_DEBUG_HELP)] = False,
    ) -> None:
        from pronghorn.cli._summary import summarise

        with reported(debug):
            summarise(model)


def _add_doctor(app: "typer.Typer") -> None:
    from typer import Option

    @app.command("doctor", help="Print processor, engines, threads, versions and data folders.")
    def run_doctor(
        debug: Annotated[bool, Option("--debug", help=_DEBUG_HELP)] = False,
    ) -> None:
        from pronghorn.cli._doctor import examine

        with reported(debug):
            examine()


def _add_lab(app: "typer.Typer") -> None:
    from typer import Option

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
        debug: Annotated[bool, Option("--debug", help=_DEBUG_HELP)] = False,
    ) -> None:
        from pronghorn.cli._lab import open_lab

        with reported(debug):
            open_lab(port, idle, browser, experiment, lessons)


def _add_run(app: "typer.Typer") -> None:
    from typer import Context

    # Listed here; carried out before any of this is imported, where the program's own words begin.
    @app.command(
        "run",
        help="Run a program that was written for Keras or scikit-learn: pronghorn run --help.",
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
        add_help_option=False,
    )
    def run_program(context: Context) -> None:
        from pronghorn import runner

        runner.main(context.args)


def _add_race(app: "typer.Typer") -> None:
    from typer import Argument, Option

    @app.command("race", help="Race optimizers down a surface: a table, and a picture of it.")
    def run_race(
        surface: Annotated[
            str, Argument(help="beale, bowl, rosenbrock, …, or a formula of x and y.")
        ] = "beale",
        racers: Annotated[
            str, Option(help="Names, each with a rate of its own or without: SGD,Adam:0.5.")
        ] = "SGD,Momentum,NAG,Adagrad,RMSprop,Adam",
        mode: Annotated[
            str, Option(help="Rates: tuned to the surface, course (as taught), or the same.")
        ] = "tuned",
        rate: Annotated[float, Option(min=0.0, help="The rate of --mode same.")] = 0.01,
        steps: Annotated[int, Option(min=1, help="Steps of each racer.")] = 200,
        start: Annotated[
            str | None, Option(help="Where all begin: 1,1.5.", show_default=False)
        ] = None,
        noise: Annotated[
            float, Option(min=0.0, help="Standard deviation of noise on the gradients.")
        ] = 0.0,
        seed: Annotated[int, Option(min=0, help="Same seed, same noise.")] = 0,
        values: Annotated[
            list[str] | None, Option("--set", help="A number of the surface: k=100.")
        ] = None,
        domain: Annotated[
            str | None, Option(help="Ranges of a formula of yours: -2:2,-1:3.", show_default=False)
        ] = None,
        save: Annotated[
            str | None, Option(help="Write an animation (.gif) or a picture (.png, .svg, .pdf).")
        ] = None,
        debug: Annotated[bool, Option("--debug", help=_DEBUG_HELP)] = False,
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
