using System.Text;

namespace Terrace.Lab.Image;

/// <summary>
/// Finds kernel modules with what they depend on, in loading order. Debian's packages hold no modules.dep (it is made when a package is
/// installed), so the dependencies come from the modules themselves: the "depends=" word of their .modinfo section.
/// </summary>
internal sealed class KernelModules
{
    private readonly Dictionary<string, string> paths = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> loaded = new(StringComparer.Ordinal);
    private readonly List<string> order = [];

    /// <param name="root">A folder that holds the modules, at any depth; null for a kernel without modules.</param>
    public KernelModules(string? root)
    {
        if (root is null || !Directory.Exists(root))
        {
            return;
        }

        foreach (var path in Directory.EnumerateFiles(root, "*.ko*", SearchOption.AllDirectories))
        {
            paths[Name(Path.GetFileName(path))] = path;
        }
    }

    /// <summary>The modules added so far with their bytes, each after those that it depends on.</summary>
    public IEnumerable<(string Name, byte[] Content)> InLoadingOrder => order.Select(name => (name, loaded[name]));

    /// <summary>Adds a module and its dependencies; one that is built in, or that this kernel lacks, is left out.</summary>
    public async Task AddAsync(string module, CancellationToken ct)
    {
        var name = Name(module);
        if (loaded.ContainsKey(name) || !paths.TryGetValue(name, out var path))
        {
            return;
        }

        var content = await ReadAsync(path, ct);
        loaded[name] = content;
        foreach (var dependency in Depends(content))
        {
            await AddAsync(dependency, ct);
        }

        order.Add(name);
    }

    /// <summary>The names after "depends=" in a module's .modinfo section, which is a run of NUL-ended words.</summary>
    public static IReadOnlyList<string> Depends(ReadOnlySpan<byte> module)
    {
        var at = module.IndexOf("\0depends="u8);
        if (at < 0)
        {
            return [];
        }

        var value = module[(at + "\0depends="u8.Length)..];
        var end = value.IndexOf((byte)0);
        return Encoding.ASCII.GetString(value[..Math.Max(end, 0)]).Split(',', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string Name(string file)
    {
        var dot = file.IndexOf('.', StringComparison.Ordinal);
        return (dot < 0 ? file : file[..dot]).Replace('-', '_');
    }

    private static async Task<byte[]> ReadAsync(string path, CancellationToken ct)
    {
        var tool = Path.GetExtension(path) switch { ".xz" => "xz", ".zst" => "zstd", ".gz" => "gzip", _ => null };
        if (tool is null)
        {
            return await File.ReadAllBytesAsync(path, ct);
        }

        var plain = Path.GetTempFileName();
        try
        {
            var (exitCode, _, stderr) = await HostPrograms.RunAsync(
                "sh", ["-c", "exec \"$0\" -dc <\"$1\" >\"$2\"", tool, path, plain], ct: ct);
            return exitCode == 0
                ? await File.ReadAllBytesAsync(plain, ct)
                : throw LabException.Unavailable(
                    $"cannot unpack {path}: {stderr.Trim()}", $"install it with eng/install-packages {(tool == "xz" ? "xz-utils" : tool)}");
        }
        finally
        {
            File.Delete(plain);
        }
    }
}
