using Terrace.Cli.Commands;
using Terrace.Cli.Output;

return CommandLine.Run(args, CliConsole.OfProcess());
