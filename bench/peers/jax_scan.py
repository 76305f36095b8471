"""Plain JAX by hand: one jitted call an epoch, `lax.scan` over its steps, no framework at all.

The formulas are Keras's, so that the same work is timed: epsilon outside Adam's root, inside
RMSprop's; the crossentropy is taken from the logits. Tried and left out, being no faster on a CPU:
images as uint8 on the device, the `rbg` generator for dropout (2.4 times slower), unrolling the
scan of a net with hidden layers.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from bench.data import Data, float_rows
from bench.workloads import Workload

TITLE = "plain JAX (lax.scan)"
HOLDS = "float32 rows in [0, 1] on the device"
PACKAGES = ("jax", "jaxlib")
ENVIRONMENT = ""
IMPORTS = "jax"

State = Any  # pytrees of arrays


def refuses(workload: Workload) -> str | None:
    return None


def start(workload: Workload, data: Data, seed: int) -> "JaxSession":
    return JaxSession(workload, data, seed)


class JaxSession:
    def __init__(self, workload: Workload, data: Data, seed: int) -> None:
        import jax
        import jax.numpy as jnp

        self.data = data
        self.x = jnp.asarray(float_rows(data.x_train))
        self.y = jnp.asarray(data.y_train, jnp.int32)
        self.key = jax.random.key(seed)
        self.weights = make_weights(workload, seed)
        zeros = jax.tree.map(jnp.zeros_like, self.weights)
        slots = {"adam": 2, "rmsprop": 1, "sgd": 0}[workload.optimizer]
        self.slots = [jax.tree.map(jnp.copy, zeros) for _ in range(slots)]
        self.step = jnp.zeros((), jnp.float32)
        self.run_epoch = jax.jit(partial(run_epoch, workload), donate_argnums=(0, 1, 2))

    def train_epoch(self) -> None:
        import jax

        self.key, key = jax.random.split(self.key)
        state = self.run_epoch(self.weights, self.slots, self.step, key, self.x, self.y)
        # Calls return before the work is done: wait, or nothing would be timed.
        state = jax.tree.map(lambda array: array.block_until_ready(), state)
        self.weights, self.slots, self.step = state

    def measure_accuracy(self) -> float:
        import jax

        logits = np.asarray(jax.jit(forward)(self.weights, float_rows(self.data.x_test)))
        classes = logits[:, 0] > 0 if logits.shape[1] == 1 else np.argmax(logits, axis=1)
        return float(np.mean(classes == self.data.y_test))


def make_weights(workload: Workload, seed: int) -> State:
    """[(w (k, m), b (m,)), ...]: Glorot's uniform limits and zeros, as Keras draws them."""
    import jax.numpy as jnp

    rng = np.random.default_rng(seed)
    layers = []
    for k, m in zip(workload.widths[:-1], workload.widths[1:], strict=True):
        limit = np.sqrt(6 / (k + m))
        w = rng.uniform(-limit, limit, (k, m)).astype(np.float32)
        layers.append((jnp.asarray(w), jnp.zeros(m, jnp.float32)))
    return layers


def forward(weights: State, x: Any, rate: float = 0.0, key: Any = None) -> Any:
    """Logits (n, c) of rows x (n, k); dropout after each hidden layer where a rate is given."""
    import jax
    import jax.numpy as jnp

    for i, (w, b) in enumerate(weights[:-1]):
        x = jnp.maximum(x @ w + b, 0)
        if rate:
            kept = jax.random.bernoulli(jax.random.fold_in(key, i), 1 - rate, x.shape)
            x = jnp.where(kept, x / (1 - rate), 0)
    w, b = weights[-1]
    return x @ w + b


def crossentropy(weights: State, workload: Workload, x: Any, y: Any, key: Any = None) -> Any:
    """Mean over the rows x (n, k), y (n,)."""
    import jax
    import jax.numpy as jnp

    logits = forward(weights, x, workload.dropout, key)
    if workload.is_binary:
        return jnp.mean(jax.nn.softplus(logits[:, 0]) - y * logits[:, 0])
    chosen = jnp.take_along_axis(logits, y[:, None], axis=1)[:, 0]
    return jnp.mean(jax.nn.logsumexp(logits, axis=1) - chosen)


def update(optimizer: str, weights: State, slots: State, step: Any, gradients: State) -> State:
    """(weights, slots) after one step with Keras's default hyper-parameters; step counts from 1."""
    import jax
    import jax.numpy as jnp

    if optimizer == "sgd":
        return jax.tree.map(lambda w, g: w - 0.01 * g, weights, gradients), slots
    if optimizer == "rmsprop":
        v = jax.tree.map(lambda v, g: 0.9 * v + 0.1 * g * g, slots[0], gradients)
        moved = jax.tree.map(
            lambda w, g, v: w - 0.001 * g / jnp.sqrt(v + 1e-7), weights, gradients, v
        )
        return moved, [v]
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, slots[0], gradients)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, slots[1], gradients)
    alpha = 0.001 * jnp.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    moved = jax.tree.map(lambda w, m, v: w - alpha * m / (jnp.sqrt(v) + 1e-7), weights, m, v)
    return moved, [m, v]


def run_epoch(
    workload: Workload, weights: State, slots: State, step: Any, key: Any, x: Any, y: Any
) -> State:
    """One shuffled pass over x (n, k) and y (n,), the short last batch included."""
    import jax

    order_key, dropout_key = jax.random.split(key)

    def train_step(state: State, rows: Any) -> tuple[State, None]:
        weights, slots, step = state
        key = jax.random.fold_in(dropout_key, step.astype(np.int32)) if workload.dropout else None
        gradients = jax.grad(crossentropy)(weights, workload, x[rows], y[rows], key)
        weights, slots = update(workload.optimizer, weights, slots, step + 1, gradients)
        return (weights, slots, step + 1), None

    n = x.shape[0]
    order = jax.random.permutation(order_key, n)
    whole = n // workload.batch
    batches = order[: whole * workload.batch].reshape(whole, workload.batch)
    # Without hidden layers a step is so short that the loop around it is a quarter of its time.
    unroll = 1 if workload.hidden else 4
    state, _ = jax.lax.scan(train_step, (weights, slots, step), batches, unroll=unroll)
    if n % workload.batch:
        state, _ = train_step(state, order[whole * workload.batch :])
    return state


class JaxNet:
    def __init__(self) -> None:
        import jax
        import jax.numpy as jnp

        workload = Workload((128,), "adam", 32)
        self.weights = make_weights(workload, 0)
        self.slots = [jax.tree.map(jnp.zeros_like, self.weights) for _ in range(2)]
        self.steps = 0

        @jax.jit
        def step(weights: State, slots: State, number: Any, x: Any, y: Any) -> State:
            gradients = jax.grad(crossentropy)(weights, workload, x, y)
            return update("adam", weights, slots, number, gradients)

        self.step = step
        self.predict = jax.jit(lambda weights, x: jax.nn.softmax(forward(weights, x)))

    def train_on_batch(self, x: Any, y: Any) -> Any:
        self.steps += 1
        number = np.float32(self.steps)
        self.weights, self.slots = self.step(self.weights, self.slots, number, x, y)
        return self.weights[0][0].block_until_ready()

    def calls(self, x: Any, y: Any, many: Any) -> dict[str, Callable[[], Any]]:
        row = x[:1]
        return {
            "predict function, 1 row": lambda: np.asarray(self.predict(self.weights, row)),
            "predict, 32 rows": lambda: np.asarray(self.predict(self.weights, x)),
            "predict, 10,000 rows": lambda: np.asarray(self.predict(self.weights, many)),
            "train_on_batch, 32 rows": lambda: self.train_on_batch(x, y),
        }


def make_net() -> JaxNet:
    return JaxNet()
