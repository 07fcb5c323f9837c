namespace Terrace.Host.Guests;

/// <summary>The channel by which a host tells a guest where its memory lies; docs/layout.md has the messages.</summary>
internal static class LayoutChannel
{
    /// <summary>Name of the virtio-serial port.</summary>
    public const string Port = "org.terrace.layout.0";

    /// <summary>Where a guest's udev puts it.</summary>
    public const string Device = "/dev/virtio-ports/" + Port;

    /// <summary>The only version of the messages so far.</summary>
    public const int Version = 1;

    /// <summary>A message from the host is at most this long; a guest refuses longer ones.</summary>
    public const int MaxMessageBytes = 1 << 20;

    /// <summary>A request of a guest is at most this long; the host drops longer ones.</summary>
    public const int MaxRequestBytes = 256;

    /// <summary>The host tells at most this many ranges.</summary>
    public const int MaxRanges = 16384;

    /// <summary>How to give a guest the port.</summary>
    public const string Fix =
        "give the guest a virtio-serial port: -device virtio-serial -chardev socket,id=layout,path=PATH,server=on,wait=off "
        + "-device virtserialport,chardev=layout,name=" + Port;
}
