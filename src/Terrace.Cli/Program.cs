using Terrace.Cli.Commands;
using Terrace.Cli.Output;

return TerraceCommands.Run(args, CliConsole.OfProcess());
