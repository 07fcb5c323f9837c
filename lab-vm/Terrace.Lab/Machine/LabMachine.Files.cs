using System.Formats.Tar;
using System.Text;

namespace Terrace.Lab.Machine;

/// <content>Files in and out, as tar archives over the command channel.</content>
public sealed partial class LabMachine
{
    /// <summary>Copies a file or a folder of the host to a path in the machine; the file's mode is kept.</summary>
    public async Task PutAsync(string hostPath, string guestPath, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(hostPath);
        ArgumentNullException.ThrowIfNull(guestPath);
        if (!Path.Exists(hostPath))
        {
            throw LabException.Usage($"'{hostPath}' does not exist", "give a file or a folder of the host");
        }

        if (!guestPath.StartsWith('/') || guestPath.Contains(' ', StringComparison.Ordinal))
        {
            throw LabException.Usage($"'{guestPath}' is not a path in the machine", "give an absolute path without spaces");
        }

        var archive = Path.Combine(folder, $"put-{Guid.NewGuid():n}.tar");
        var name = guestPath.EndsWith('/') ? Path.GetFileName(Path.TrimEndingDirectorySeparator(hostPath)) : Path.GetFileName(guestPath);
        var parent = guestPath.EndsWith('/') ? guestPath : Path.GetDirectoryName(guestPath)!;
        try
        {
            await WriteArchiveAsync(archive, hostPath, name, ct);
            await using var content = File.OpenRead(archive);
            var errors = new MemoryStream();
            var code = await RequestAsync(
                id => $"put {id} {content.Length} {parent}", content, _ => { }, b => errors.Write(b), TimeSpan.FromMinutes(2), ct);
            if (code != 0)
            {
                throw LabException.Unavailable(
                    $"cannot put {hostPath} at {guestPath}: {Text(errors).Trim()}", "is there memory left in the machine?");
            }
        }
        finally
        {
            File.Delete(archive);
        }
    }

    /// <summary>Copies a file or a folder of the machine into a folder of the host, which is made if need be.</summary>
    public async Task GetAsync(string guestPath, string hostFolder, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(guestPath);
        var archive = Path.Combine(folder, $"get-{Guid.NewGuid():n}.tar");
        try
        {
            var errors = new MemoryStream();
            await using (var content = File.Create(archive))
            {
                var code = await RequestAsync(
                    id => $"get {id} {guestPath}", null, b => content.Write(b), b => errors.Write(b), TimeSpan.FromMinutes(5), ct);
                if (code != 0)
                {
                    throw LabException.Usage(
                        $"cannot get {guestPath}: {Text(errors).Trim()}",
                        "give a path that exists in the machine when the command has ended");
                }
            }

            Directory.CreateDirectory(hostFolder);
            await TarFile.ExtractToDirectoryAsync(archive, hostFolder, overwriteFiles: true, ct);
        }
        finally
        {
            File.Delete(archive);
        }
    }

    private static async Task WriteArchiveAsync(string archive, string hostPath, string name, CancellationToken ct)
    {
        await using var file = File.Create(archive);
        await using var tar = new TarWriter(file, TarEntryFormat.Gnu);
        var full = Path.GetFullPath(hostPath);
        await tar.WriteEntryAsync(full, name, ct);
        if (Directory.Exists(full))
        {
            foreach (var path in Directory.EnumerateFileSystemEntries(full, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                await tar.WriteEntryAsync(path, name + path[full.TrimEnd('/').Length..], ct);
            }
        }
    }
}
