using System.Buffers.Binary;
using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>
/// What a real QEMU with KVM inside the machine needs, and a guest for it, /tmp/image, that touches all of 64 MiB once and then
/// reads 16 of them for ever.
/// </summary>
internal static class HotGuest
{
    /// <summary>Guest-physical address where what it reads begins.</summary>
    public const int HotFrom = 24 << 20;

    /// <summary>Where that ends.</summary>
    public const int HotTo = 40 << 20;

    private const string Qemu = "/usr/bin/qemu-system-x86_64";
    private static readonly string[] s_firmware =
    [
        "/usr/share/seabios/bios-256k.bin",
        "/usr/share/qemu/kvmvapic.bin",
        "/usr/share/qemu/linuxboot_dma.bin",
        "/usr/share/qemu/multiboot_dma.bin",
        "/usr/share/qemu/multiboot.bin",
    ];

    /// <summary>
    /// Boots a machine with QEMU, its firmware in /tmp/firmware and the guest in it; skips the test where something is missing.
    /// </summary>
    public static async Task<LabMachine> BootAsync(LabSpec spec)
    {
        if (LabMachine.WhyUnavailable() is { } reason)
        {
            Assert.Skip(reason);
        }

        Assert.SkipUnless(
            File.Exists(Qemu) && Array.TrueForAll(s_firmware, File.Exists),
            "QEMU's firmware is missing; install it with eng/install-packages qemu-system-x86 seabios");
        LabMachine vm = await LabFixture.BootWithTerraceAsync(spec with { Nested = true, Programs = [Qemu] });
        string image = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(image, Image(), TestContext.Current.CancellationToken);
            await vm.PutAsync(image, "/tmp/image", TestContext.Current.CancellationToken);
        }
        finally
        {
            File.Delete(image);
        }

        foreach (string file in s_firmware)
        {
            await vm.PutAsync(Path.GetFullPath(file), "/tmp/firmware/" + Path.GetFileName(file), TestContext.Current.CancellationToken);
        }

        return vm;
    }

    /// <summary>
    /// A kernel for QEMU's multiboot loader (Multiboot Specification 0.6.96, with addresses in the header): touches all of 64 MiB
    /// once, then reads 16 of them for ever.
    /// </summary>
    private static byte[] Image()
    {
        const uint Base = 0x10_0000;
        const uint Magic = 0x1BADB002;
        const uint HasAddresses = 0x1_0000;
        byte[] program =
        [
            0xbb, .. Word(2 << 20), 0xb9, .. Word(64 << 20), 0xbe, .. Word(HotFrom), 0xbf, .. Word(HotTo), // mov ebx, ecx, esi, edi
            // touch: mov [ebx], ebx; add ebx, 4096; cmp ebx, ecx; jb touch
            0x89, 0x1b, 0x81, 0xc3, 0x00, 0x10, 0x00, 0x00, 0x39, 0xcb, 0x72, 0xf4,
            // again: mov ebx, esi; read: mov eax, [ebx]; …; jb read; jmp again
            0x89, 0xf3, 0x8b, 0x03, 0x81, 0xc3, 0x00, 0x10, 0x00, 0x00, 0x39, 0xfb, 0x72, 0xf4, 0xeb, 0xf0,
        ];
        uint end = Base + 32 + (uint)program.Length;
        return
        [
            .. Word(Magic),
            .. Word(HasAddresses),
            .. Word(unchecked(0 - (Magic + HasAddresses))),
            .. Word(Base),
            .. Word(Base),
            .. Word(end),
            .. Word(end),
            .. Word(Base + 32),
            .. program,
        ];
    }

    private static byte[] Word(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
