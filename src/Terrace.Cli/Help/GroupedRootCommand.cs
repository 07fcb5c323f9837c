using System.CommandLine;
using System.CommandLine.Help;

namespace Terrace.Cli.Help;

/// <summary>The root of the tree of commands, whose commands stand in groups. Help and the manual page keep their order.</summary>
internal sealed class GroupedRootCommand : RootCommand
{
    /// <param name="description">What the program is.</param>
    /// <param name="groups">Its commands.</param>
    /// <param name="help">What the option <c>--help</c> does, in all commands.</param>
    /// <param name="version">What the option <c>--version</c> does.</param>
    public GroupedRootCommand(string description, IReadOnlyList<CommandGroup> groups, HelpPrinter help, VersionPrinter version)
        : base(description)
    {
        Groups = groups;
        foreach (Command command in groups.SelectMany(group => group.Commands))
        {
            Subcommands.Add(command);
        }

        // The library's own also listens to /h and /?, which are paths here, and its help shows what completion offers: every
        // process of the host.
        foreach (Option replaced in Options.Where(option => option is HelpOption or VersionOption).ToArray())
        {
            Options.Remove(replaced);
        }

        Options.Insert(0, new HelpOption("--help", "-h", "-?") { Description = "Show this help.", Action = help });
        Options.Add(new VersionOption("--version", "-V")
        {
            Description = "Show the version, and the commit it was built from.",
            Action = version,
        });
    }

    /// <summary>The commands that help lists.</summary>
    public IReadOnlyList<CommandGroup> Groups { get; }
}
