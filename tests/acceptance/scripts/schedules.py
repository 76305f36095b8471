import keras
from settled import settle, show, table

x, labels, y = table()
schedules = keras.optimizers.schedules


def make():
    return settle(
        keras.Sequential([keras.Input((8,)), keras.layers.Dense(6, "relu"), keras.layers.Dense(1)])
    )


for schedule in (
    schedules.ExponentialDecay(0.1, decay_steps=3, decay_rate=0.5, staircase=True),
    schedules.CosineDecay(0.05, 10, warmup_target=0.1, warmup_steps=4),
    schedules.PiecewiseConstantDecay([3, 6], [0.1, 0.05, 0.01]),
    schedules.PolynomialDecay(0.1, 8, 0.01, power=2.0),
    schedules.InverseTimeDecay(0.1, 2, 0.5),
    schedules.CosineDecayRestarts(0.1, 3),
):
    show(type(schedule).__name__, [float(schedule(step)) for step in range(0, 12, 2)])
    model = make()
    model.compile(optimizer=keras.optimizers.SGD(learning_rate=schedule), loss="mse")
    history = model.fit(x, y, epochs=3, batch_size=24, shuffle=False, verbose=0)
    show("loss", history.history["loss"])
    show("rate", float(model.optimizer.learning_rate))


class Halving(schedules.LearningRateSchedule):
    def __init__(self, start):
        self.start = start

    def __call__(self, step):
        return self.start / (1 + step)


model = make()
model.compile(keras.optimizers.SGD(Halving(0.1)), "mse")
show("own", model.fit(x, y, epochs=2, batch_size=24, shuffle=False, verbose=0).history["loss"])
show("rate", float(model.optimizer.learning_rate))


def scheduler(epoch, lr):
    return lr if epoch < 2 else lr * 0.5


model = make()
model.compile(keras.optimizers.SGD(0.1), "mse")
history = model.fit(
    x,
    y,
    epochs=4,
    batch_size=24,
    shuffle=False,
    verbose=0,
    callbacks=[keras.callbacks.LearningRateScheduler(scheduler)],
)
print(list(history.history))
show("lr", history.history["learning_rate"])
show("loss", history.history["loss"])
model.compile(keras.optimizers.SGD(0.1), "mse")
history = model.fit(
    x,
    y,
    epochs=5,
    shuffle=False,
    verbose=0,
    callbacks=[
        keras.callbacks.ReduceLROnPlateau(
            monitor="loss", factor=0.2, patience=1, min_delta=0.5, min_lr=0.001
        )
    ],
)
show("plateau", history.history["learning_rate"])
