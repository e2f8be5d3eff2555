/** A program gives those below 124 as it likes: they are said as what is usual. */
const MEANINGS: Readonly<Record<number, string>> = {
  2: "often a usage error",
  64: "often a usage error",
  65: "often bad input data",
  66: "often a missing input",
  69: "often an unavailable service",
  70: "often an internal error",
  71: "often a system error",
  73: "often an output that cannot be created",
  74: "often an input/output error",
  75: "often a temporary failure",
  77: "often a denied permission",
  78: "often a configuration error",
  124: "timed out",
  125: "the wrapper failed before the command started",
  126: "not executable",
  127: "command not found",
  128: "invalid exit argument",
  129: "hung up (SIGHUP)",
  130: "interrupted (SIGINT)",
  131: "quit (SIGQUIT)",
  132: "illegal instruction (SIGILL)",
  134: "aborted (SIGABRT)",
  135: "bus error (SIGBUS)",
  136: "arithmetic error (SIGFPE)",
  137: "killed, often out of memory (SIGKILL)",
  138: "ended by SIGUSR1",
  139: "crashed (SIGSEGV)",
  140: "ended by SIGUSR2",
  141: "broken pipe (SIGPIPE)",
  142: "alarm (SIGALRM)",
  143: "terminated (SIGTERM)",
  152: "CPU time limit (SIGXCPU)",
  153: "file too large (SIGXFSZ)",
  255: "error outside the usual range (ssh: connection failed)",
};

/** What an exit status means by convention (shell, timeout, sysexits, 128 + signal on Linux); null where nothing is agreed. */
export function exitCodeMeaning(exitCode: number): string | null {
  return MEANINGS[exitCode] ?? null;
}
