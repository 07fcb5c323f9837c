using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Host.Control;
using Terrace.Host.Failures;
using Terrace.Host.Metrics;
using Terrace.Host.Tests.Metrics;
using Terrace.Reports.Events;
using Terrace.Simulation.Runs;

namespace Terrace.Host.Tests.Snapshots;

/// <summary>What programs rely on when they speak to the daemon: protocol, events, configuration, metrics, exit codes, files.</summary>
public sealed class SnapshotTests
{
    private const BindingFlags Constants = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly SnapshotFolder s_folder = SnapshotFolder.Of("tests/Terrace.Host.Tests/Snapshots");

    private static readonly Dictionary<string, Func<string>> s_files = new(
    [
        new("configuration-keys.txt", ConfigurationKeys),
        new("control-commands.txt", ControlCommands),
        new("events.txt", Events),
        new("exit-codes.txt", ExitCodes),
        new("metrics.txt", Metrics),
        .. Assemblies().SelectMany(JsonShape.ContextsIn)
            .Select(context => KeyValuePair.Create<string, Func<string>>($"json/{context.Name}.txt", () => JsonShape.Of(context))),
    ]);

    public static TheoryData<string> Names => [.. s_files.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_others_rely_on_is_as_it_was(string name) => s_folder.Check(name, s_files[name]());

    [Fact]
    public void Every_file_is_compared_with_something() => s_folder.CheckNames(s_files.Keys);

    private static Assembly[] Assemblies() => [typeof(ControlJson).Assembly, typeof(EventStream).Assembly, Assembly.Load("Terrace.Linux")];

    private static string ControlCommands() => Lines([
        $"version {ControlRequest.ProtocolVersion}",
        .. typeof(ControlCommand).GetFields(Constants).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!)
            .Order(StringComparer.Ordinal),
    ]);

    // A code's meaning is what the page says, without which a test of the documentation fails.
    private static string ExitCodes()
    {
        Dictionary<string, string> meanings = RepositoryFile.Read("docs/commands.md").Split("\n## Exit codes\n")[1].Split('\n')
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length == 4 && int.TryParse(cells[1], CultureInfo.InvariantCulture, out _))
            .ToDictionary(cells => cells[1], cells => cells[2]);
        return Lines(typeof(ExitCode).GetFields(Constants).Where(field => field.IsLiteral)
            .OrderBy(field => (int)field.GetRawConstantValue()!)
            .Select(field => $"{field.GetRawConstantValue()} {field.Name}: {meanings[$"{field.GetRawConstantValue()}"]}"));
    }

    private static string Metrics()
    {
        using MeasuredDaemon daemon = new();
        daemon.Book.Publish(MeasuredDaemon.Host, [MeasuredDaemon.Of(MeasuredDaemon.Group)]);
        return Lines(daemon.Reader.Read().Select(family =>
            $"{PrometheusName.Of(family)} {PrometheusName.TypeOf(family.Kind)}, {family.Name} in '{family.Unit}', labels: "
            + string.Join(' ', family.Points[0].Labels.Select(label => label.Key))
            + string.Concat(family.Bounds.Select(bound => bound.ToString(" <=0.######", CultureInfo.InvariantCulture)))));
    }

    private static string Events()
    {
        using StringWriter lines = new();
        using (EventStream stream = new(lines, ownsOutput: false))
        {
            SimulationDriver driver = SimulationPresets.Find("scattered")!.Create(seed: 1);
            using TieringEngine engine = new(driver.Machine, new TieringOptions(), driver.Machine.Clock, stream, null);
            engine.Add(driver.Loads[0].Process, FastShare.OfPages(0.3));
            driver.Run(TimeSpan.FromSeconds(3), engine.Step);
            stream.OnScanFailed(pid: 1, errno: 1);
            stream.OnTargetGone(pid: 1);
            stream.OnLayout(epoch: 1, generation: 1, ranges: 1, at: TimeSpan.Zero);
        }

        return string.Join('\n', lines.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .DistinctBy(line => line.GetProperty("event").GetString())
            .Select(line => $"{line.GetProperty("event").GetString()}\n{JsonShape.Of(line)}"));
    }

    private static string ConfigurationKeys() =>
        Lines(SchemaKeys.Of(JsonDocument.Parse(RepositoryFile.Read("src/Terrace.Host/Configuration/terrace.schema.json")).RootElement));

    private static string Lines(IEnumerable<string> lines) => string.Concat(lines.Select(line => line.TrimEnd() + "\n"));
}
