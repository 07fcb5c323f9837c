using System.Globalization;
using System.Text;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Processes;

/// <summary>
/// The number of one group of /etc/group, read again when the file is another or has changed. Not by getgrnam(3): name services of the
/// network can take their time. For any thread.
/// </summary>
/// <param name="tree">Where /etc is.</param>
/// <param name="name">The group.</param>
public sealed class GroupFile(FileTree tree, string name)
{
    private const string File = "etc/group";

    private readonly Lock _gate = new();
    private FileStatus _status;
    private uint? _number;

    /// <summary>The number; null when there is no such group, or no such file.</summary>
    public uint? Number
    {
        get
        {
            if (FileStatus.TryRead(tree.PathOf(File), out FileStatus status) != 0)
            {
                return null;
            }

            lock (_gate)
            {
                if (status != _status)
                {
                    // What changes meanwhile is read again next time: the status is from before.
                    (_status, _number) = (status, Read());
                }

                return _number;
            }
        }
    }

    private uint? Read()
    {
        ReadOnlySpan<byte> text = tree.Read(File);
        while (KernelText.TakeLine(ref text, out ReadOnlySpan<byte> line))
        {
            // name:password:number:members
            string[] fields = Encoding.UTF8.GetString(line).Split(':');
            if (fields.Length > 2
                && fields[0] == name
                && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out uint number))
            {
                return number;
            }
        }

        return null;
    }
}
