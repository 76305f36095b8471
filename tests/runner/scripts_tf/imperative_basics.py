"""Tensors, variables and data sets as an introduction shows them."""

import numpy as np
import tensorflow as tf

x = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
print(x)
print(x.shape, x.dtype)
print(x + x, 5 * x, x @ tf.transpose(x))
print(tf.concat([x, x, x], axis=0), tf.nn.softmax(x, axis=-1), tf.reduce_sum(x))
var = tf.Variable([0.0, 0.0, 0.0])
var.assign([1, 2, 3])
var.assign_add([1, 1, 1])
print(var)
rank_4_tensor = tf.zeros([3, 2, 4, 5])
print("Number of axes:", rank_4_tensor.ndim, "Total:", tf.size(rank_4_tensor).numpy())
print(x[1, :].numpy(), x[:, 1].numpy(), x[-1].numpy())
print(tf.reshape(x, [-1]), x.shape.as_list())
print(tf.cast(tf.constant([2.2, 3.3, 4.4], dtype=tf.float64), dtype=tf.float16).dtype)
a, b = tf.constant([[1, 2], [3, 4]]), tf.ones([2, 2], dtype=tf.int32)
print(tf.add(a, b), tf.multiply(a, b), tf.matmul(a, b))
print(tf.reduce_max(a), tf.argmax(a), tf.convert_to_tensor([1, 2, 3]))
dataset = tf.data.Dataset.from_tensor_slices([8, 3, 0, 8, 2, 1])
for elem in dataset:
    print(elem.numpy(), end=" ")
print(dataset.reduce(0, lambda state, value: state + value).numpy())
it = iter(dataset)
print(next(it).numpy())


@tf.function
def relu_loop(n):
    total = tf.constant(0)
    for i in tf.range(n):
        if i % 2 == 0:
            total += i
    return total


print(relu_loop(tf.constant(10)).numpy())
np.random.seed(0)
TRUE_W, TRUE_B = 3.0, 2.0
xs = np.random.normal(size=100).astype("float32")
ys = TRUE_W * xs + TRUE_B
w, b = tf.Variable(5.0), tf.Variable(0.0)
for _ in range(60):
    error = w * xs + b - ys
    w.assign_sub(0.1 * tf.reduce_mean(2.0 * error * xs))
    b.assign_sub(0.1 * tf.reduce_mean(2.0 * error))
print("final", abs(w.numpy() - TRUE_W) + abs(b.numpy() - TRUE_B))
