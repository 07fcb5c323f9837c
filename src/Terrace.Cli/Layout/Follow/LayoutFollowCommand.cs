using System.CommandLine;
using System.Text.Json;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Core.Units;
using Terrace.Host.Configuration;
using Terrace.Host.Failures;
using Terrace.Host.Files;
using Terrace.Host.Guests;

namespace Terrace.Cli.Layout.Follow;

/// <summary><c>terrace layout follow</c>: in a guest, where its host keeps its memory, as that changes.</summary>
internal static class LayoutFollowCommand
{
    private const string Description = """
        In a guest: follow where its host keeps its memory

        The host's daemon tells it over a virtio-serial port (publish-layout in the host's configuration). While this runs,
        terrace topology shows where memory really is as well as what the kernel believes, and Terrace in this guest treats as
        fast what is fast on the host. Needs root.

        Examples:
          sudo terrace layout follow
          sudo terrace layout follow --exec 'logger "layout $TERRACE_GENERATION"'
          sudo terrace layout follow --once --json

        Variables for --exec:
          TERRACE_GENERATION  number of the layout within the epoch, from 1
          TERRACE_EPOCH       the run of the host's daemon that counts; later ones are larger
          TERRACE_LIVE        1, or 0 when the host has fallen silent
          TERRACE_LAYOUT      file with the layout
        """;

    public static Command Create(CliConsole console)
    {
        Option<string> device = new("--device")
        {
            Description = "The port, or a Unix socket that acts as one.",
            HelpName = "FILE",
            DefaultValueFactory = _ => LayoutChannel.Device,
        };
        Option<string?> exec = new("--exec")
        {
            Description = "Run this in a shell for each layout, one at a time, with the variables below.",
            HelpName = "COMMAND",
        };
        Option<bool> once = new("--once") { Description = "Stop after the first layout." };
        Option<string> runFolder = new("--run-folder")
        {
            Description = "Folder to keep the newest layout in.",
            HelpName = "FOLDER",
            DefaultValueFactory = _ => DaemonSettings.StandardRunFolder,
        };
        Option<bool> json = new("--json") { Description = "Write a line of JSON for each layout." };
        Command command = new("follow", Description) { device, exec, once, runFolder, json };
        command.SetAction(parsed => Run(
            console,
            new FollowOptions
            {
                Device = parsed.GetValue(device)!,
                Path = FollowedLayout.PathIn(parsed.GetValue(runFolder)!),
                Command = parsed.GetValue(exec),
                Once = parsed.GetValue(once),
            },
            parsed.GetValue(json)));
        return command;
    }

    private static int Run(CliConsole console, FollowOptions options, bool json)
    {
        using StopSignals signals = new();
        using LayoutFollower follower = new(
            options,
            TimeProvider.System,
            (layout, moved) => Write(console, EventOf(layout, moved), json),
            lost => Write(console, new FollowEvent { Event = FollowEvent.Lost, Epoch = lost.Epoch, Generation = lost.Generation }, json),
            problem => console.Error.WriteLine("terrace: note: " + Printable.Of(problem)));
        follower.Run(signals.Token);
        return options.Once && follower.Current is null ? ExitCode.Interrupted : ExitCode.Ok;
    }

    private static FollowEvent EventOf(PublishedLayout layout, ulong? changedBytes) => new()
    {
        Event = FollowEvent.Layout,
        Epoch = layout.Message.Epoch,
        Generation = layout.Message.Generation,
        ChangedBytes = changedBytes,
        Ranges = layout.Layout.Ranges.Length,
        BlockBytes = layout.Message.BlockPages * Chunk.PageBytes,
        InUseBytes = layout.Message.InUsePages * Chunk.PageBytes,
        ElsewhereBytes = layout.Message.ElsewherePages * Chunk.PageBytes,
        Nodes =
        [
            .. layout.Message.Nodes!.Where(node => node.Pages > 0)
                .Select(node => GuestNodeShare.Describe(layout, node.Node, node.Pages * Chunk.PageBytes)),
        ],
    };

    private static void Write(CliConsole console, FollowEvent told, bool json)
    {
        if (json)
        {
            console.Out.WriteLine(JsonSerializer.Serialize(told, FollowJson.Default.FollowEvent));
            return;
        }

        if (told.Event == FollowEvent.Lost)
        {
            console.Out.WriteLine($"generation {told.Generation}: the host has not confirmed it for a while; waiting for it");
            return;
        }

        string nodes = string.Join(
            ", ",
            told.Nodes.Select(
                node => $"{ByteSize.Format((long)node.Bytes)} on host node {node.HostNode} (tier "
                    + $"{node.HostTier}{(node.ReadLatencyNs is { } latency ? $", {latency} ns" : "")})"));
        string moved = told.ChangedBytes is { } changed ? $"; {ByteSize.Format((long)changed)} lie elsewhere than before" : "";
        console.Out.WriteLine($"generation {told.Generation}: {(nodes.Length == 0 ? "nothing of it is in memory" : nodes)}{moved}");
    }
}
