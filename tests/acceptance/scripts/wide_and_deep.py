import keras
from settled import settle, show, table

x, _, y = table(100, 8)
input_wide = keras.layers.Input(shape=[5], name="wide_input")
input_deep = keras.layers.Input(shape=[6], name="deep_input")
hidden1 = keras.layers.Dense(30, activation="relu")(input_deep)
hidden2 = keras.layers.Dense(30, activation="relu")(hidden1)
concat = keras.layers.concatenate([input_wide, hidden2])
output = keras.layers.Dense(1, name="output")(concat)
aux_output = keras.layers.Dense(1, name="aux_output")(hidden2)
model = keras.Model(inputs=[input_wide, input_deep], outputs=[output, aux_output])
settle(model)
model.compile(
    loss=["mse", "mse"], loss_weights=[0.9, 0.1], optimizer=keras.optimizers.SGD(learning_rate=1e-2)
)
wide, deep = x[:, :5], x[:, 2:]
history = model.fit(
    [wide, deep],
    [y, y],
    epochs=3,
    shuffle=False,
    batch_size=20,
    verbose=0,
    validation_data=([wide[:20], deep[:20]], [y[:20], y[:20]]),
)
for key in sorted(history.history):
    show(key, history.history[key])
total = model.evaluate([wide, deep], [y, y], verbose=0)
show("evaluate", total)
print(model.metrics_names)
main, aux = model.predict([wide[:3], deep[:3]], verbose=0)
show("main", main)
show("aux", aux)
print(model.input_shape, model.output_shape, len(model.inputs), model.outputs[0].shape)
