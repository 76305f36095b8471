import keras
import numpy as np
from keras import layers, ops
from settled import settle, show, table

x, labels, _ = table(120, 6)
left, right = x[:60], x[60:]
same = (labels[:60] == labels[60:]).astype("float32")


def euclidean_distance(vects):
    a, b = vects
    sum_square = ops.sum(ops.square(a - b), axis=1, keepdims=True)
    return ops.sqrt(ops.maximum(sum_square, keras.backend.epsilon()))


def contrastive(margin=1):
    def contrastive_loss(y_true, y_pred):
        square_pred = ops.square(y_pred)
        margin_square = ops.square(ops.maximum(margin - y_pred, 0))
        return ops.mean((1 - y_true) * square_pred + y_true * margin_square)

    return contrastive_loss


tower = keras.Sequential([keras.Input((6,)), layers.Dense(8, activation="tanh"), layers.Dense(4)])
a, b = keras.Input((6,)), keras.Input((6,))
distance = layers.Lambda(euclidean_distance, output_shape=(1,))([tower(a), tower(b)])
normal = layers.BatchNormalization()(distance)
output = layers.Dense(1, activation="sigmoid")(normal)
model = keras.Model(inputs=[a, b], outputs=output)
settle(model)
model.compile(loss=contrastive(1), optimizer="RMSprop", metrics=["accuracy"])
history = model.fit([left, right], same, epochs=3, batch_size=20, shuffle=False, verbose=0)
show("loss", history.history["loss"])
show("accuracy", history.history["accuracy"])

cosine = layers.Dot(axes=1, normalize=True)([tower(a), tower(b)])
l1 = ops.abs(tower(a) - tower(b))
second = keras.Model(
    [a, b], layers.Dense(1, activation="sigmoid")(layers.concatenate([cosine, l1]))
)
settle(second)
second.compile("adam", "binary_crossentropy")
show("second", second.fit([left, right], same, epochs=2, shuffle=False, verbose=0).history["loss"])
show("predict", second.predict([left[:3], right[:3]], verbose=0))
print(second.count_params(), np.mean(same).round(3))
