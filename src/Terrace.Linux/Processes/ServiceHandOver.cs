using System.Runtime.InteropServices;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Processes;

/// <summary>
/// What a privileged step before the service opens for it, so that the service needs no right to do so: the list of the kernel's symbols
/// (CAP_SYSLOG), and the kernel's process events (the host's network namespace, and CAP_NET_ADMIN before Linux 6.6). The manager passes
/// both to the daemon.
/// </summary>
public static class ServiceHandOver
{
    private const string Symbols = "/proc/kallsyms";
    private const string HostNetwork = "/proc/1/ns/net";
    private const string OwnNetwork = "/proc/self/ns/net";
    private const int CLONE_NEWNET = 0x4000_0000;

    /// <summary>
    /// Opens them and gives them to the manager. Whatever could not be handed over is reported, each with its error number; the daemon then
    /// tries itself, and says what it cannot do.
    /// </summary>
    /// <param name="manager">NOTIFY_SOCKET of sd_notify(3).</param>
    public static IReadOnlyList<(string What, int Error)> Run(string manager)
    {
        ArgumentNullException.ThrowIfNull(manager);
        return
        [
            .. new[] { (Symbols, HandSymbols(manager)), ("process events", HandEvents(manager)) }.Where(done => done.Item2 != 0),
        ];
    }

    private static int HandSymbols(string manager)
    {
        int error = LinuxFile.TryOpenRead(Symbols, out LinuxFile? file);
        using (file)
        {
            return error != 0 ? error : DescriptorStore.Keep(manager, PassedDescriptors.Symbols, file!.Fd);
        }
    }

    private static int HandEvents(string manager)
    {
        int error = EnterHostNetwork();
        if (error != 0)
        {
            return error;
        }

        error = ConnectorSocket.TryOpenNew(out ConnectorSocket? socket);
        using (socket)
        {
            return error != 0 ? error : DescriptorStore.Keep(manager, PassedDescriptors.ProcessEvents, socket!.Fd);
        }
    }

    /// <summary>
    /// A unit with a network of its own (PrivateNetwork=) may have it in its privileged steps too. Of this thread only, the program's last.
    /// </summary>
    private static int EnterHostNetwork()
    {
        if (new FileInfo(HostNetwork).LinkTarget is { } host && host == new FileInfo(OwnNetwork).LinkTarget)
        {
            return 0;
        }

        int error = LinuxFile.TryOpenRead(HostNetwork, out LinuxFile? network);
        using (network)
        {
            return error != 0 ? error
                : Libc.EnterNamespace(network!.Fd, CLONE_NEWNET) == 0 ? 0
                : Marshal.GetLastPInvokeError();
        }
    }
}
