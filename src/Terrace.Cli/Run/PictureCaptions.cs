using System.Globalization;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Host.Daemon;
using Terrace.Reports.Pictures;

namespace Terrace.Cli.Run;

/// <summary>What is written above a picture: enough to know later what it shows, and to make it again.</summary>
internal static class PictureCaptions
{
    /// <summary>Of a command with these settings; <paramref name="facts"/> are what only it knows.</summary>
    public static PictureCaption Of(
        CliConsole console, string title, ManagementSettings settings, params IEnumerable<string> facts) => new()
        {
            Title = title,
            Facts =
        [
            $"fast share {settings.Fast}",
            .. settings.Tiering.DryRun ? ["dry run, nothing is moved"] : Array.Empty<string>(),
            .. facts,
            $"on {console.Host}",
            console.Time.GetUtcNow().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture),
            $"terrace {ProgramVersion.Text}",
        ],
        };
}
