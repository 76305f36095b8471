import keras
import numpy as np
from settled import settle, show, table

x, labels, _ = table(200, 6)
y = (labels == 0).astype(int)
y[:120] = 0
neg, pos = np.bincount(y)
initial_bias = np.log([pos / neg])
METRICS = [
    keras.metrics.TruePositives(name="tp"),
    keras.metrics.FalsePositives(name="fp"),
    keras.metrics.TrueNegatives(name="tn"),
    keras.metrics.FalseNegatives(name="fn"),
    keras.metrics.BinaryAccuracy(name="accuracy"),
    keras.metrics.Precision(name="precision"),
    keras.metrics.Recall(name="recall"),
    keras.metrics.AUC(name="auc"),
    keras.metrics.AUC(name="prc", curve="PR"),
]


def make_model(metrics=METRICS, output_bias=None):
    if output_bias is not None:
        output_bias = keras.initializers.Constant(output_bias)
    model = keras.Sequential(
        [
            keras.layers.Dense(16, activation="relu", input_shape=(x.shape[-1],)),
            keras.layers.Dense(1, activation="sigmoid", bias_initializer=output_bias),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=1e-3),
        loss=keras.losses.BinaryCrossentropy(),
        metrics=metrics,
    )
    return model


model = make_model(output_bias=initial_bias)
show("bias", model.layers[-1].get_weights()[1])
settle(model)
total = neg + pos
class_weight = {0: (1 / neg) * total / 2.0, 1: (1 / pos) * total / 2.0}
history = model.fit(
    x,
    y,
    batch_size=50,
    epochs=3,
    shuffle=False,
    class_weight=class_weight,
    verbose=0,
    callbacks=[
        keras.callbacks.EarlyStopping(
            monitor="prc", patience=10, mode="max", restore_best_weights=True
        )
    ],
)
for key, values in history.history.items():
    show(key, values)
for name, value in zip(  # noqa: B905
    ["loss"] + [m.name for m in METRICS], model.evaluate(x, y, verbose=0), strict=False
):
    show(name, value)
