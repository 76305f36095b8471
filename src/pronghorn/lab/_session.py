"""The playground of one viewer: one experiment, trained in one thread, watched and steered.

What the page asks for, by name. ``→`` is the result of the reply. Layers count from 0, the last
is the output layer; "layer" always means a Dense layer, with the activation behind it.

The experiment (``_experiment`` has the rules and defaults; every field may be left out)::

    {"version": 1,
     "data": {"name": "circle", "noise": 0..80, "split": 10..90 (percent that trains), "seed": 0,
              "size": null, "classes": 3 (blobs), "function": "sin(x)" (above_below, curve),
              "points": [[x1, x2, label], …] (drawn), "erased": [row, …] (of the generated ones),
              "upload": null | name from POST /upload, already given to "upload"},
     "features": ["x1", "x2", "x1^2", …, or any formula in x1 and x2],  ignored by tables, images
     "layers": [{"units": 4, "activation": "tanh", "dropout": 0, "norm": "none|batch|layer"}, …],
     "initializer": "glorot_uniform", "output_activation": null (fits the loss),
     "loss": null (fits the task),
     "optimizer": {"name": "sgd", "parameters": {"learning_rate": 0.03, …}},
     "schedule": null | {"name": "cosine_decay", "parameters": {"decay_steps": 1000, …}},
     "regularizer": {"name": "none|l1|l2|…", "rate": 0}, "batch_size": 10, "seed": 42}

Commands that change or run it:

- ``hello`` → {"version", "registry", "datasets", "features", "functions", "limits", "speeds"};
  ``registry``: kind → [{"name", "parameters": [{"name", "default", "kind"}]}] for "activations"
  (with "curve": x, y, slope), "losses" (with "tasks": binary, multiclass, regression),
  "optimizers", "schedules", "initializers", "regularizers". ``datasets``: [{"name", "task",
  "title", "classes", "is_image", "needs"}].
- ``configure`` config, keep=true → state. Rebuilds what must be rebuilt and changes the rest on
  the fly; weights stay where the shapes of the network do (unless keep is false).
- ``state`` → state (below). ``data`` → {"train": [[x1, x2, y], …], "test": …, "columns", "classes",
  "labels", "images": …}: what is drawn as dots; coordinates x1, x2 of the shown pair.
- ``play``, ``pause``, ``step_epoch``, ``step_batch``, → state; ``back`` batches=1 → state: undo,
  bit for bit; ``scrub`` step → state: any moment since the last reset. ``snapshots`` → [step, …].
- ``run`` epochs=null, loss=null (test loss below), patience=null (epochs without a better test
  loss) → state: play until then; a "stopped" event says why.
- ``speed`` batches (a frame; 0: as many as time allows) → state.
- ``reset`` same=true → state: first weights again (same), or those of a new seed.
- ``regenerate`` seed=null → state: new data, the network stays.
- ``watch`` any of: shown={"layer", "unit"} | null (output), resolution 50|100, tiles, drawn (units
  of a layer), pair [column, column], diagnostics, points, histograms → state. What frames contain.
- ``weight`` layer, row (-1: bias), column, value=null, frozen=null → state. ``kill`` layer, unit,
  is_dead → state. ``table`` layer, first=0, count=64 → {"rows", "columns", "weights", "bias",
  "frozen"}.
- ``halve_rate`` → state: after a divergence, back to the last good moment with half the rate.

Looking:

- ``trace`` row=null | rows=[…] | next_batch=true → everything of one step (see ``_slow``).
- ``history`` first=0 → {"first", "columns", "rows"}; ``events`` come with it.
- ``predict`` values=[…] (columns, or the pixels of an image) → {"outputs", "classes", "units"}.
- ``confusion`` part="test" → {"labels", "counts", "per_class": [{"precision", "recall", "f1",
  "support"}]} or {"residuals": …}; ``cell`` true, predicted, part → rows of that cell.
- ``slice`` kind="random|path|gradient|runs", dimensions=1|2, reach, points, seed, run → frame
  kind 4 for planes, and the numbers; see ``_slices``.
- ``hidden`` layer, units=[i, j] | null (principal axes) → the bent grid and the points.
- ``filters`` → first-layer weights as images, frame kind 5.
- ``pin`` name → run; ``runs`` → table of runs; ``compare`` run → its map as frame kind 6;
  ``unpin`` run. ``sweep`` field, values → runs, trained side by side with the present one.
- ``network_race`` racers=[{"name", "parameters"}], epochs → curves of each, maps as frame kind 7.

Data:

- ``upload`` upload, name → {"columns": [{"name", "kind", "missing", "distinct", "examples"}],
  "rows", "preview", "roles"}; ``roles`` roles={column: "input|target|ignore"}, standardise,
  missing="drop|mean" → {"rows", "dropped", "filled", "notes"}; then data.name may be "upload".
- ``points`` add=[[x1, x2, label], …], erase={"x1", "x2", "radius"} | null, clear=false → state.
- ``download`` part="all" → {"name", "text"} CSV.

Out of the lab:

- ``export`` what="script|curves|network|data" → {"name", "text"}. ``link`` → {"hash", "command"};
  ``open_link`` hash → state (refused with a reason where it is not valid).

State: {"config" (complete), "task", "columns", "is_playing", "step", "epoch", "batch", "speed",
"layers": [{"name", "units", "activation", "parameters", "norm", "dropout", "frozen", "dead"}],
"inputs": [names], "parameters", "loss_name", "output_activation", "learning_rate", "train_rows",
"test_rows", "classes", "notes": [texts worth saying], "diverged": null | {"step", "epoch",
"layer", "reason"}, "watch", "curve_columns", "events": [{"step", "epoch", "text"}], "runs"}.
A "state" event follows every change that somebody else made (a stop, a divergence).

Frames of kind 1: scalars {"step", "epoch", "batch", "train_loss", "test_loss", "penalty",
"train_metric", "test_metric", "metric", "learning_rate", "steps_per_second", "is_playing",
"curve_first", "map_low", "map_high", "map_kind": "signed|classes|values", "domain": [x1 low, x1
high, x2 low, x2 high], "diverged"}; arrays:

- "map" u1 (r, r): row 0 is the largest x2. Of 0…255 for map_low…map_high; for "classes" the
  number of the likeliest class, with "confidence" u1 (r, r): 0…255 for 0…1.
- "tiles" u1 (units, t, t), layer by layer the first ``drawn`` units, then the inputs' own tiles
  in "input_tiles"; "tile_scales" f4 (units,): 0…255 stand for -scale…scale.
- "weights/0", "bias/0", …: f4, as drawn (the first ``drawn`` rows and columns of large layers);
  "curve" f8 (rows, columns), from row ``curve_first`` on, columns as in state "curve_columns".
- now and then, when watched: "grad_norms", "weight_norms", "ratios" (update / weight), "dead",
  "saturated" f4 (layers,); "dead_units" u1 (all units); "histograms" i4 (layers, 4, 32) of
  weights, gradients, pre-activations, activations, with "histogram_ranges" f4 (layers, 4, 2).
- when points are watched: "train_outputs", "test_outputs" f4 (rows,): what the dots are taken for.
"""
