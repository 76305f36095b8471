import keras
import numpy as np
from settled import settle, show, table

x, labels, y = table(50)
model = settle(
    keras.Sequential(
        [
            keras.layers.Dense(5, input_dim=8, activation="selu", name="a"),
            keras.layers.Dense(2, name="b"),
        ]
    )
)
other = keras.models.clone_model(model)
print(
    all(
        np.array_equal(p, q)
        for p, q in zip(model.get_weights(), other.get_weights())  # noqa: B905
    )
)
other.set_weights(model.get_weights())
show("same", abs(other.predict(x, verbose=0) - model.predict(x, verbose=0)).max())
kernel, bias = model.layers[0].get_weights()
model.get_layer("a").set_weights([kernel * 2, bias + 1])
show("changed", model.predict(x[:2], verbose=0))
other.layers[1].kernel.assign(np.ones((5, 2)))
show("ones", other.predict(x[:2], verbose=0))
print([w.name for w in model.weights], [tuple(w.shape) for w in model.weights])
averaged = [
    np.mean(pair, axis=0)
    for pair in zip(model.get_weights(), other.get_weights())  # noqa: B905
]
third = keras.Sequential.from_config(model.get_config())
third.build((None, 8))
third.set_weights(averaged)
show("average", third.predict(x[:2], verbose=0))
print(third.get_config()["layers"][1]["config"]["units"], third.count_params())
wide = keras.layers.Dense(3)
wide.build((None, 8))
wide.set_weights([np.arange(24.0).reshape(8, 3), np.zeros(3)])
show("alone", keras.ops.convert_to_numpy(wide(x[:1])))
rebuilt = keras.models.model_from_json(model.to_json())
print([layer.name for layer in rebuilt.layers], len(rebuilt.get_weights()))
print(keras.layers.serialize(keras.layers.Dense(4, "relu"))["class_name"])
copy = keras.layers.Dense.from_config(model.layers[0].get_config())
print(copy.name, copy.units, copy.activation.__name__)
try:
    model.set_weights(model.get_weights()[:3])
except ValueError:
    print("refused")
