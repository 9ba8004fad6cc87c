"""All cases that are measured: attention, the selective scan, the convolution before it."""
import attention_case
import scan_case

KINDS = {kind.kind: kind
         for kind in (attention_case.AttentionCase, scan_case.ScanCase, scan_case.ConvCase)}


def all_cases():
    return attention_case.all_cases() + scan_case.all_cases()


def from_fields(kind, fields):
    """The case that `dataclasses.asdict` took apart."""
    return KINDS[kind](**fields)
