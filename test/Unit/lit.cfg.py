"""How lit runs attnc's GoogleTest binaries: every <build>/test/Unit/*Tests."""
import os

import lit.formats

config.name = "attnc-unit"
config.test_exec_root = os.path.join(config.attnc_build, "test", "Unit")
config.test_source_root = config.test_exec_root
config.suffixes = []
config.test_format = lit.formats.GoogleTest(".", "Tests")
