using Terrace.Linux.Interop;

namespace Terrace.Linux.Tests.Interop;

public sealed class HostPortTests
{
    [Fact]
    public void A_file_is_no_port_and_stays_as_it_is()
    {
        string path = Path.GetTempFileName();
        File.WriteAllText(path, "somebody's");
        Assert.Equal(Errno.ENOTTY, HostPort.TryOpen(path, out HostPort? port));
        Assert.Null(port);
        Assert.Equal("somebody's", File.ReadAllText(path));
        File.Delete(path);
        Assert.Equal(Errno.ENOENT, HostPort.TryOpen(path, out _));
    }
}
