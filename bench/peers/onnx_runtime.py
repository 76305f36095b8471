"""ONNX Runtime: inference only, of a model that is written with ONNX's own helper."""

from collections.abc import Callable
from typing import Any

import numpy as np

from bench.workloads import Workload

TITLE = "ONNX Runtime"
HOLDS = "float32 rows"
PACKAGES = ("onnxruntime", "onnx")
ENVIRONMENT = "onnxruntime"
IMPORTS = "onnxruntime"


def write_model(workload: Workload) -> bytes:
    """Gemm and Relu layer by layer, Softmax; random weights."""
    from onnx import TensorProto, helper, numpy_helper

    rng = np.random.default_rng(0)
    nodes, weights, x = [], [], "x"
    for i, (k, m) in enumerate(zip(workload.widths[:-1], workload.widths[1:], strict=True)):
        w = rng.uniform(-1, 1, (k, m)).astype(np.float32) / np.float32(np.sqrt(k))
        weights += [
            numpy_helper.from_array(w, f"w{i}"),
            numpy_helper.from_array(np.zeros(m, np.float32), f"b{i}"),
        ]
        nodes.append(helper.make_node("Gemm", [x, f"w{i}", f"b{i}"], [f"z{i}"]))
        x = f"a{i}"
        nodes.append(helper.make_node("Relu", [f"z{i}"], [x]))
    nodes[-1] = helper.make_node("Softmax", [nodes[-1].input[0]], ["y"], axis=1)
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", width])
        for name, width in (("x", workload.widths[0]), ("y", workload.widths[-1]))
    ]
    graph = helper.make_graph(nodes, "mlp", ends[:1], ends[1:], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    return bytes(model.SerializeToString())


class OnnxNet:
    def __init__(self) -> None:
        import onnxruntime

        model = write_model(Workload((128,), "adam", 32))
        self.session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])

    def calls(self, x: Any, y: Any, many: Any) -> dict[str, Callable[[], Any]]:
        run, row = self.session.run, x[:1]
        return {
            "predict function, 1 row": lambda: run(None, {"x": row}),
            "predict, 1 row": lambda: run(None, {"x": row}),
            "predict, 32 rows": lambda: run(None, {"x": x}),
            "predict, 10,000 rows": lambda: run(None, {"x": many}),
        }


def make_net() -> OnnxNet:
    return OnnxNet()
