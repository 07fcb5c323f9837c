using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Tests.Interop;

public sealed unsafe partial class DescriptorStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-store-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_manager_is_told_to_forget_the_file_of_that_name_and_is_then_given_the_new_one(bool isAbstract)
    {
        string name = isAbstract ? $"terrace-test-{Environment.ProcessId}" : Path.Combine(_folder, "notify");
        using Socket manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(isAbstract ? '\0' + name : name));
        string file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "what is kept");
        Assert.Equal(0, LinuxFile.TryOpenRead(file, out LinuxFile? kept));
        using (kept)
        {
            Assert.Equal(0, DescriptorStore.Keep(isAbstract ? '@' + name : name, "kallsyms", kept!.Fd));
        }

        (string first, int none) = Receive(manager);
        Assert.Equal(("FDSTOREREMOVE=1\nFDNAME=kallsyms", -1), (first, none));
        (string second, int descriptor) = Receive(manager);
        Assert.Equal("FDSTORE=1\nFDPOLL=0\nFDNAME=kallsyms", second);

        // It outlives the one that was sent.
        using LinuxFile received = LinuxFile.Of(descriptor);
        byte[] text = new byte[64];
        Assert.Equal("what is kept", Encoding.UTF8.GetString(text, 0, received.Read(0, text)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/nonexistent/notify")]
    public void A_manager_that_is_not_there_is_an_error(string manager) => Assert.NotEqual(0, DescriptorStore.Keep(manager, "kallsyms", 0));

    [Fact]
    public void An_address_that_is_too_long_is_an_error() =>
        Assert.Equal(Errno.EINVAL, DescriptorStore.Keep("/" + new string('n', 107), "kallsyms", 0));

    /// <summary>A message, and the descriptor that came with it or -1 (recvmsg(2), SCM_RIGHTS).</summary>
    private static (string Text, int Descriptor) Receive(Socket socket)
    {
        byte[] text = new byte[256];
        byte[] control = new byte[64];
        fixed (byte* at = text, controlAt = control)
        {
            IoVector body = new() { Base = at, Length = (nuint)text.Length };
            DescriptorStore.Message message = new()
            {
                Bodies = &body,
                BodyCount = 1,
                Control = controlAt,
                ControlLength = (nuint)control.Length,
            };
            nint bytes = ReceiveMessage((int)socket.Handle, &message, 0);
            Assert.True(bytes > 0);
            return (Encoding.UTF8.GetString(text, 0, (int)bytes), message.ControlLength == 0 ? -1 : *(int*)(controlAt + 16));
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint ReceiveMessage(int fd, DescriptorStore.Message* message, int flags);
}
