using Terrace.Cli;
using Terrace.Cli.Terminal;

return TerraceCommands.Run(args, CliConsole.OfProcess());
