using System.Diagnostics;

namespace Terrace.Cli.Tests;

/// <summary>A folder with files that no command can use.</summary>
public sealed class WrongFiles : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("terrace-test").FullName;

    public WrongFiles()
    {
        Directory.CreateDirectory(At("folder"));
        Directory.CreateDirectory(At("folder.svg"));
        Process.Start("mkfifo", [At("pipe")]).WaitForExit();
        File.WriteAllText(At("text"), "somebody's text\n");
        File.WriteAllText(At("unknown.yaml"), "host:\n  no-such-key: 1\n");
        File.WriteAllText(At("value.yaml"), "host:\n  cpu-limit: lots\n");
        File.WriteAllText(At("many.yaml"), string.Concat(Enumerable.Range(0, 100).Select(i => $"no-such-key-{i}: 1\n")));
        File.CreateSymbolicLink(At("link"), At("text"));
        File.CreateSymbolicLink(At("dangling"), At("nothing"));
        File.CreateSymbolicLink(At("loop"), At("loop"));
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private string At(string name) => Path.Combine(Folder, name);
}
