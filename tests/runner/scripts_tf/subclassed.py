"""A model as a class, with metrics kept by hand in a loop over batches."""

import numpy as np
import tensorflow as tf

tf.random.set_seed(7)
rng = np.random.default_rng(7)
x_train = rng.random((300, 8)).astype("float32")
y_train = (x_train.sum(axis=1) > 4).astype("int32")
train_ds = tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(300).batch(32)


class MyModel(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.flatten = tf.keras.layers.Flatten()
        self.d1 = tf.keras.layers.Dense(64, activation="relu")
        self.drop = tf.keras.layers.Dropout(0.1)
        self.d2 = tf.keras.layers.Dense(2)

    def call(self, x, training=False):
        x = self.flatten(x)
        x = self.d1(x)
        x = self.drop(x, training=training)
        return self.d2(x)


model = MyModel()
loss_object = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(tf.keras.optimizers.Adam(0.01), loss_object, metrics=["accuracy"])
model.fit(train_ds, epochs=40, verbose=0)
model.summary()

test_loss = tf.keras.metrics.Mean(name="test_loss")
test_accuracy = tf.keras.metrics.SparseCategoricalAccuracy(name="test_accuracy")


@tf.function
def test_step(images, labels):
    predictions = model(images, training=False)
    t_loss = loss_object(labels, predictions)
    test_loss(t_loss)
    test_accuracy(labels, predictions)


for images, labels in train_ds:
    test_step(images, labels)
print(f"Loss: {test_loss.result():0.2f}, Accuracy: {test_accuracy.result() * 100:0.2f}" != "")
prediction = tf.argmax(model(x_train), axis=1, output_type=tf.int32)
accuracy = tf.reduce_mean(tf.cast(tf.equal(prediction, y_train), tf.float32))
tf.print("accuracy by hand", accuracy)
print(abs(accuracy.numpy() - test_accuracy.result().numpy()) < 1e-6)
test_accuracy.reset_state()
print("final", float(accuracy))
