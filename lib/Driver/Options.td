// The command line of attnc. docs/CLI.md describes each option; a test compares the two.
include "llvm/Option/OptParser.td"

defvar both = ["-", "--"];
defvar long = ["--", "-"];

def GroupOutput : OptionGroup<"output">, HelpText<"OUTPUT">;
def GroupTarget : OptionGroup<"target">, HelpText<"TARGET">;
def GroupStages : OptionGroup<"stages">, HelpText<"STAGES">;
def GroupGeneral : OptionGroup<"general">, HelpText<"GENERAL">;

def o : JoinedOrSeparate<["-"], "o">, MetaVarName<"<path>">, Group<GroupOutput>,
  HelpText<"Write to <path>: a file, - for standard output, a folder for several outputs">;
def c : Flag<["-"], "c">, Group<GroupOutput>, HelpText<"Write an object file and its header">;
def S : Flag<["-"], "S">, Group<GroupOutput>, HelpText<"Write assembly">;
def emit_llvm : Flag<both, "emit-llvm">, Group<GroupOutput>,
  HelpText<"Write LLVM bitcode, with -S LLVM IR as text">;
def emit_EQ : Joined<long, "emit=">, MetaVarName<"<list>">, Group<GroupOutput>,
  HelpText<"Write each of a list of lib, obj, header, asm, llvm, bitcode, mlir">;

def target_EQ : Joined<long, "target=">, MetaVarName<"<target>">, Group<GroupTarget>,
  HelpText<"Compile for cpu (this kind of machine, the default) or an LLVM triple">;
def march_EQ : Joined<both, "march=">, MetaVarName<"<cpu>">, Group<GroupTarget>,
  HelpText<"Compile for a CPU by LLVM's name; native is the default without --target=">;
def threads_EQ : Joined<long, "threads=">, MetaVarName<"<number>">, Group<GroupTarget>,
  HelpText<"Cut scans for so many threads; without it only channels are spread over threads">;
def print_supported_cpus : Flag<long, "print-supported-cpus">, Group<GroupTarget>,
  HelpText<"List the CPUs of the target and exit">;
def O : Joined<["-"], "O">, MetaVarName<"<level>">, Group<GroupTarget>,
  HelpText<"Optimize machine code at level 0 to 3; 2 is the default">;

def until_EQ : Joined<long, "until=">, MetaVarName<"<stage>">, Group<GroupStages>,
  HelpText<"Stop after a stage and write the IR">;
def list_stages : Flag<long, "list-stages">, Group<GroupStages>,
  HelpText<"List the stages and exit">;
def save_temps : Flag<both, "save-temps">, Group<GroupStages>,
  HelpText<"Keep intermediate files in <model>.temps: IR after each stage, LLVM IR, object">;
def save_temps_EQ : Joined<both, "save-temps=">, MetaVarName<"<folder>">, Group<GroupStages>,
  HelpText<"Keep them in <folder>, which is made if need be">;
def hash_hash_hash : Flag<["-"], "###">, Group<GroupStages>,
  HelpText<"Print the stages and the link command, run nothing">;

def help : Flag<long, "help">, Group<GroupGeneral>, HelpText<"Print this help and exit">;
def h : Flag<["-"], "h">, Alias<help>;
def version : Flag<long, "version">, Group<GroupGeneral>,
  HelpText<"Print the versions of attnc and LLVM and exit">;
def v : Flag<["-"], "v">, Group<GroupGeneral>,
  HelpText<"Report target, time per stage and link command on standard error">;
def remarks : Flag<long, "remarks">, Group<GroupGeneral>,
  HelpText<"Show what the passes did and what they could not do">;
def stats_EQ : Joined<long, "stats=">, MetaVarName<"json">, Group<GroupGeneral>,
  HelpText<"Print times and sizes as one JSON object on standard output">;
def untrusted : Flag<long, "untrusted">, Group<GroupGeneral>,
  HelpText<"The model comes from someone else: bound time and memory, refuse risky ops">;

def end_of_options : Option<["--"], "", KIND_REMAINING_ARGS>;
