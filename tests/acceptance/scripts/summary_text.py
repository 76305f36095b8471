import keras

lines = []
inputs = keras.Input((8,), name="features")
a = keras.layers.Dense(12, activation="relu", name="one")(inputs)
b = keras.layers.BatchNormalization(name="norm")(a)
c = keras.layers.Dropout(0.5, name="drop")(b)
d = keras.layers.Concatenate(name="join")([c, inputs])
out = keras.layers.Dense(3, name="out")(d)
model = keras.Model(inputs, out, name="net")
model.get_layer("one").trainable = False
model.summary(print_fn=lambda text, line_break=None: lines.append(text))
text = "\n".join(lines)
for part in (
    "net",
    "features",
    "one (",
    "BatchNormalization",
    "108",
    "48",
    "63",
    "Total params",
    "Trainable params",
    "Non-trainable params",
):
    print(part, part in text)
print([line for line in text.splitlines() if "params" in line.lower()])
model.summary(line_length=90, show_trainable=True)
keras.Sequential([keras.layers.Dense(4), keras.layers.Dense(2)], name="later").summary()
