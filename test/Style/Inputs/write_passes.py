"""Writes a .td file with the given number of well-documented passes."""
import os
import sys

TEXT = """def AttnNumber{0}Pass : Pass<"attn-number-{0}"> {{
  let summary = "Do it";
  let description = [{{
    A description that has as many words as a reader wants, and then it shows an example.
    ```mlir
    %o = attn.attention %q, %k, %v : ...
    ```
  }}];
}}
"""

os.makedirs(os.path.dirname(sys.argv[1]), exist_ok=True)
with open(sys.argv[1], "w", encoding="utf-8") as file:
    file.writelines(TEXT.format(number) for number in range(int(sys.argv[2])))
