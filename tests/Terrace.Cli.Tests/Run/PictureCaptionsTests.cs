using System.Xml.Linq;
using Microsoft.Extensions.Time.Testing;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Run;
using Terrace.Cli.Terminal;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Host.Daemon;
using Terrace.Reports.Pictures;

namespace Terrace.Cli.Tests.Run;

public sealed class PictureCaptionsTests
{
    private static CliConsole Console => new(TextWriter.Null, TextWriter.Null)
    {
        Host = "box",
        Time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 29, 21, 5, 59, TimeSpan.Zero)),
    };

    [Fact]
    public void Above_a_picture_is_what_it_takes_to_make_it_again()
    {
        PictureCaption caption = PictureCaptions.Of(
            Console, "terrace run -- ./server", new ManagementSettings { Fast = FastShare.OfPages(0.4) }, "seed 7");
        Assert.Equal("terrace run -- ./server", caption.Title);
        Assert.Equal(["fast share 40%", "seed 7", "on box", "2026-11-29 21:05 UTC", $"terrace {ProgramVersion.Text}"], caption.Facts);
    }

    [Fact]
    public void A_dry_run_says_so() =>
        Assert.Contains(
            "dry run, nothing is moved",
            PictureCaptions.Of(Console, "", new ManagementSettings { Tiering = new TieringOptions { DryRun = true } }).Facts);

    [Theory]
    [InlineData("0.1.0", "0.1.0")]
    [InlineData("0.1.0+3f2504e04f8911d39a0c0305e82c3301", "0.1.0 (3f2504e04)")]
    [InlineData("0.1.0+3f2504", "0.1.0 (3f2504)")]
    [InlineData("0.1.0+3f2504e04f8911d39a0c.modified", "0.1.0 (3f2504e04, modified)")]
    public void A_version_names_the_commit_when_the_build_knew_it(string informational, string text) =>
        Assert.Equal(text, ProgramVersion.Of(informational));

    [Fact]
    public void The_picture_of_a_simulation_has_workload_seed_host_date_and_version_and_repeats_to_the_byte()
    {
        string folder = Directory.CreateTempSubdirectory("terrace-test").FullName;
        try
        {
            byte[] Draw(string name, string size)
            {
                string path = Path.Combine(folder, name);
                string[] line =
                [
                    "simulate", "--for", "50s", "--workload", "moving", "--seed", "7", "--fast", "30%",
                    "--heatmap", path, "--heatmap-size", size,
                ];
                Assert.Equal(0, TerraceCommands.Run(line, Console));
                return File.ReadAllBytes(path);
            }

            byte[] picture = Draw("one.svg", "900x700");
            Assert.Equal(picture, Draw("two.svg", "900x700"));
            XDocument svg = XDocument.Parse(System.Text.Encoding.UTF8.GetString(picture));
            Assert.Equal("900", svg.Root!.Attribute("width")!.Value);
            IEnumerable<XElement> texts = svg.Descendants().Where(element => element.Name.LocalName == "text");
            string text = string.Join('\n', texts.Select(element => element.Value));
            Assert.All(
                new[]
                {
                    "terrace simulate: like scattered, with another hot set every 45 s", "workload moving", "fast share 30%", "seed 7",
                    "on box", "2026-11-29 21:05 UTC", ProgramVersion.Text, "phase 2", "best possible", "anonymous", "0x7f0000000000",
                },
                part => Assert.Contains(part, text, StringComparison.Ordinal));
            Assert.DoesNotContain("phase 3", text, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
