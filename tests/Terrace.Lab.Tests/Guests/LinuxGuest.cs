using System.Text;
using Terrace.Lab.Image;
using Terrace.Lab.Kernels;
using Terrace.Lab.Machine;

namespace Terrace.Lab.Tests;

/// <summary>
/// A Linux with our own program in it, to be run by QEMU inside the machine: /tmp/vmlinuz and /tmp/guest.cpio, whose /init is the
/// test's.
/// </summary>
internal static class LinuxGuest
{
    private static readonly string[] s_folders = ["/dev", "/proc", "/sys", "/tmp", "/run", "/bin"];

    /// <summary>Builds it and puts it into a machine.</summary>
    public static async Task PutAsync(LabMachine vm, string init)
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        KernelImage kernel = await KernelStore.GetAsync("6.12", refresh: false, _ => { }, stop);
        string image = Path.GetTempFileName();
        try
        {
            await using (FileStream file = File.Create(image))
            {
                CpioWriter writer = new(file);
                foreach (string folder in s_folders)
                {
                    writer.AddFolder(folder);
                }

                writer.AddFile("/init", Encoding.UTF8.GetBytes(init.ReplaceLineEndings("\n")), executable: true);
                writer.AddFile("/bin/busybox", await File.ReadAllBytesAsync(HostPrograms.Find("busybox")!, stop), executable: true);
                writer.AddFile("/bin/terrace", await File.ReadAllBytesAsync(await LabFixture.TerraceAsync(), stop), executable: true);
                foreach (string library in SharedLibraries.OfRuntime())
                {
                    writer.AddFile(library, await File.ReadAllBytesAsync(library, stop), executable: true);
                }

                writer.Finish();
            }

            await vm.PutAsync(image, "/tmp/guest.cpio", stop);
            await vm.PutAsync(kernel.VmlinuzPath, "/tmp/vmlinuz", stop);
        }
        finally
        {
            File.Delete(image);
        }
    }
}
