namespace Terrace.Lab.Image;

/// <summary>The libraries that a program loads, as the dynamic linker of the host finds them (ldd(1)).</summary>
internal static class SharedLibraries
{
    private static readonly string[] Folders =
    [
        "/lib/x86_64-linux-gnu",
        "/usr/lib/x86_64-linux-gnu",
        "/lib64",
        "/usr/lib64",
        "/lib",
        "/usr/lib",
    ];

    /// <summary>What a self-contained .NET program needs of its host, C and C++ runtime libraries only.</summary>
    private static readonly string[] Runtime =
        ["libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libgcc_s.so.1", "libstdc++.so.6"];

    /// <summary>The C and C++ runtime libraries and the dynamic linker, those that the host has.</summary>
    public static IEnumerable<string> OfRuntime() =>
        Runtime.Select(name => Folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists))
            .OfType<string>()
            .Append("/lib64/ld-linux-x86-64.so.2")
            .Where(File.Exists);

    /// <summary>The libraries of one program; none for a static one.</summary>
    public static async Task<IReadOnlyList<string>> OfAsync(string program, CancellationToken ct)
    {
        var (_, stdout, _) = await HostPrograms.RunAsync("ldd", [program], ct: ct);
        return Parse(stdout);
    }

    /// <summary>Reads ldd's lines: "name =&gt; /path (0x…)" or "/path (0x…)".</summary>
    public static IReadOnlyList<string> Parse(string ldd)
    {
        var paths = new List<string>();
        foreach (var line in ldd.Split('\n'))
        {
            var arrow = line.IndexOf("=> ", StringComparison.Ordinal);
            var text = (arrow < 0 ? line : line[(arrow + 3)..]).Trim();
            var end = text.IndexOf(" (0x", StringComparison.Ordinal);
            if (text.StartsWith('/') && end > 0)
            {
                paths.Add(text[..end]);
            }
        }

        return paths;
    }
}
