import keras
import numpy as np
import pandas as pd
from settled import settle, show

rng = np.random.default_rng(7)
df = pd.DataFrame(
    {
        "age": rng.integers(18, 80, 100),
        "fare": rng.random(100) * 50,
        "child": rng.random(100) < 0.3,
        "class": rng.choice(["a", "b", "c"], 100),
        "survived": rng.integers(0, 2, 100),
    }
)
df["age"] = df["age"] / df["age"].max()
df = pd.get_dummies(df, columns=["class"], dtype=int)
y = df.pop("survived")
X = df.astype("float32")
model = settle(
    keras.Sequential(
        [
            keras.layers.Dense(6, activation="relu", input_shape=[X.shape[1]]),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
)
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(X, y, epochs=2, batch_size=10, shuffle=False, validation_split=0.2, verbose=0)
frame = pd.DataFrame(history.history)
print(list(frame.columns), frame.shape)
show("frame", frame.values)
shuffled = X.sample(20, random_state=1)
predictions = (model.predict(shuffled, verbose=0) > 0.5).astype("int32")
submission = pd.DataFrame({"id": shuffled.index, "survived": predictions.flatten()})
print(submission.shape, int(submission["survived"].sum()))
show("series", model.evaluate(X.values, y.values, verbose=0))
show("two", model.evaluate(X, pd.DataFrame(y), verbose=0))
print(X.shape, len(model.predict(X, batch_size=7, verbose=0)))
