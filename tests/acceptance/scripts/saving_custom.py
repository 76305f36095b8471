import tempfile

import keras
from keras import layers, ops
from settled import settle, show, table

x, labels, y = table(60)
folder = tempfile.mkdtemp()


@keras.saving.register_keras_serializable(package="mine")
class Scaled(layers.Layer):
    def __init__(self, factor=1.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, input_shape):
        self.w = self.add_weight(
            shape=(input_shape[-1],), initializer="ones", trainable=True, name="w"
        )

    def call(self, inputs):
        return inputs * self.w * self.factor

    def get_config(self):
        config = super().get_config()
        config.update({"factor": self.factor})
        return config


@keras.saving.register_keras_serializable()
def my_act(value):
    return ops.tanh(value) * 1.5


@keras.saving.register_keras_serializable()
def my_loss(y_true, y_pred):
    return ops.mean(ops.abs(y_true - y_pred) ** 1.5, axis=-1)


model = keras.Sequential(
    [keras.Input((8,)), Scaled(0.5), layers.Dense(4, activation=my_act), layers.Dense(1)]
)
settle(model)
model.compile("adam", loss=my_loss, metrics=["mae"])
model.fit(x, y, epochs=2, shuffle=False, verbose=0)
expected = model.predict(x, verbose=0)
model.save(folder + "/model.keras")
again = keras.models.load_model(folder + "/model.keras", custom_objects={"my_loss": my_loss})
show("same", abs(again.predict(x, verbose=0) - expected).max())
show("evaluate", again.evaluate(x, y, verbose=0))
show("goes on", again.fit(x, y, epochs=1, shuffle=False, verbose=0).history["loss"])
model.save(folder + "/model.h5")
again = keras.models.load_model(
    folder + "/model.h5", custom_objects={"my_loss": my_loss}, compile=False
)
show("legacy", abs(again.predict(x, verbose=0) - expected).max())
model.save_weights(folder + "/only.weights.h5")
fresh = keras.models.clone_model(model)
fresh.load_weights(folder + "/only.weights.h5")
show("weights", abs(fresh.predict(x, verbose=0) - expected).max())
scoped = keras.saving.load_model(
    folder + "/model.keras", custom_objects={"my_loss": my_loss}, compile=False
)
print(scoped.layers[0].factor, scoped.layers[1].activation.__name__)
try:
    keras.models.load_model(folder + "/missing.keras")
except (ValueError, OSError) as error:
    print("missing" in str(error))
