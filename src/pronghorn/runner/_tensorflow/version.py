"""``tf.version``: the release of TensorFlow whose names these are."""

#: The last release that the names and rules here were compared with.
VERSION = "2.21.0"
GIT_VERSION = f"v{VERSION}"
