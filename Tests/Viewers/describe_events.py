#!/usr/bin/env python3
"""Writes the descriptions of TensorBoard's event files that its package on PyPI carries, as protoc takes them, to a file, and
prints their names."""
import pathlib, sys
from google.protobuf import descriptor_pb2
from tensorboard.compat.proto import event_pb2

files = descriptor_pb2.FileDescriptorSet()


def add(file):
    if any(known.name == file.name for known in files.file):
        return
    for needed in file.dependencies:
        add(needed)
    file.CopyToProto(files.file.add())


add(event_pb2.DESCRIPTOR)
pathlib.Path(sys.argv[1]).write_bytes(files.SerializeToString())
print(*(file.name for file in files.file))
