using Terrace.Linux.Guests;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Linux.Tests.Guests;

public sealed class QemuChannelTests
{
    private const string Port = "org.terrace.layout.0";

    [Theory]
    [
        InlineData(
            "-chardev socket,id=l,path=/run/x,server=on,wait=off -device virtio-serial -device "
                + "virtserialport,chardev=l,name=org.terrace.layout.0",
            "/run/x",
            null),
    ]
    [InlineData("--device virtserialport,name=org.terrace.layout.0,chardev=l --chardev socket,server,nowait,path=/a,,b,id=l", "/a,b", null)]
    [
        InlineData(
            "-chardev socket,id=charchannel1,fd=31,server=on,wait=off -device "
                + "{\"driver\":\"virtserialport\",\"bus\":\"virtio-serial0.0\",\"nr\":2,\"chardev\":\"charchannel1\","
                + "\"id\":\"channel1\",\"name\":\"org.terrace.layout.0\"}",
            "",
            31),
    ]
    [
        InlineData(
            "-chardev socket,id=other,path=/y,server=on -chardev socket,id=l,path=/z,server=on -device "
                + "virtserialport,chardev=other,name=org.qemu.guest_agent.0 -device virtserialport,chardev=l,name=org.terrace.layout.0",
            "/z",
            null),
    ]
    public void The_ports_socket_is_found_in_the_command_line(string arguments, string path, int? descriptor) =>
        Assert.Equal(new QemuChannel(path, descriptor), QemuChannel.Find(["qemu-system-x86_64", .. arguments.Split(' ')], Port));

    [Theory]
    [InlineData("")]
    [InlineData("-chardev socket,id=l,path=/run/x,server=on")]
    [InlineData("-device virtserialport,chardev=l,name=org.terrace.layout.0")]
    [InlineData("-chardev pty,id=l -device virtserialport,chardev=l,name=org.terrace.layout.0")]
    [InlineData("-chardev socket,id=l,host=0.0.0.0,port=5 -device virtserialport,chardev=l,name=org.terrace.layout.0")]
    [InlineData("-chardev socket,id=l,path=/x -device virtserialport,chardev=l,name=org.terrace.layout.1")]
    [InlineData("-chardev {\"id\": -device virtserialport,chardev=l,name=org.terrace.layout.0")]
    public void Without_such_a_port_there_is_none(string arguments) =>
        Assert.Null(QemuChannel.Find(["qemu-system-x86_64", .. arguments.Split(' ')], Port));

    [Fact]
    public void A_path_goes_through_the_root_of_who_listens_unless_that_is_too_long()
    {
        Assert.Equal("/run/x", new QemuChannel("/run/x", null).PathFor(7));
        Assert.Equal("x", new QemuChannel("x", null).PathFor(7));
        string near = "/" + new string('a', 100);
        Assert.Equal(near, new QemuChannel(near, null).PathFor(7));
        Assert.Null(new QemuChannel("/" + new string('a', 107), null).PathFor(7));
        Assert.Null(new QemuChannel("@abstract", null).PathFor(7));
    }

    [Fact]
    public void A_descriptor_that_libvirt_passed_leads_to_the_path_of_its_socket()
    {
        using CapturedTree tree = CapturedTree.Empty();
        string root = tree.Root;
        tree.With(
            "proc/7/net/unix",
            "Num       RefCount Protocol Flags    Type St Inode Path\n0000000000000000: 00000002 00000000 00010000 0001 01  4711 "
                + "/run/libvirt/a b.sock\n0000000000000000: 00000002 00000000 00010000 0001 01 47110 /other\n");
        Directory.CreateDirectory(Path.Combine(root, "proc/7/fd"));
        File.CreateSymbolicLink(Path.Combine(root, "proc/7/fd/31"), "socket:[4711]");
        File.CreateSymbolicLink(Path.Combine(root, "proc/7/fd/32"), "/dev/null");
        Assert.Equal("/run/libvirt/a b.sock", new QemuChannel("", 31).PathFor(7, root));
        Assert.Null(new QemuChannel("", 32).PathFor(7, root));
        Assert.Null(new QemuChannel("", 33).PathFor(7, root));
    }
}
