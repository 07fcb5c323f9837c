using System.CommandLine;

namespace Terrace.Cli.Help;

/// <summary>Commands that stand together in the list of commands, under one word.</summary>
internal sealed record CommandGroup(string Name, IReadOnlyList<Command> Commands);
