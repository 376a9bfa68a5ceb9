"""LLVM text -> machine code of this processor, and machine code -> addresses of its functions."""

import platform
from collections.abc import Sequence
from typing import Any

OPTIMISE = 2


def processor() -> str:
    """Return the processor and what it can do: machine code is valid for this only."""
    from llvmlite import binding as llvm

    return f"{platform.machine()} {llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}"


def _target(common: bool = False) -> Any:
    from llvmlite import binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    name, features = ("", "") if common else (llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten())
    return llvm.Target.from_default_triple().create_target_machine(name, features, opt=OPTIMISE, reloc="pic", codemodel="small")


def compile_text(text: str, common: bool = False) -> bytes:
    """Return an object file; common: only with instructions that every processor of this family has (to compare bits)."""
    from llvmlite import binding as llvm

    target = _target(common)
    module = llvm.parse_assembly(text)
    module.triple, module.data_layout = target.triple, str(target.target_data)
    module.verify()
    options = llvm.create_pipeline_tuning_options(speed_level=OPTIMISE)
    options.loop_vectorization = options.slp_vectorization = False  # everything is a vector already
    builder = llvm.create_pass_builder(target, options)
    builder.getModulePassManager().run(module, builder)
    return target.emit_object(module)


def load_object(code: bytes, names: Sequence[str]) -> tuple[Any, dict[str, int]]:
    """Return (what must be kept alive, {name: address})."""
    from llvmlite import binding as llvm

    target = _target()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return engine, {name: engine.get_function_address(name) for name in names}
