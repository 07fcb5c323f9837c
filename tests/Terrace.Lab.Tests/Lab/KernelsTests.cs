using System.Text;
using Terrace.Lab.Image;
using Terrace.Lab.Kernels;

namespace Terrace.Lab.Tests;

public sealed class KernelsTests
{
    [Theory]
    [InlineData("6.1.192-2", "6.1", true)]
    [InlineData("6.12.107-1", "6.1", false)]
    [InlineData("6.12.95-1~bpo12+1", "6.12", true)]
    [InlineData("7.2.12-1~bpo13+1", "7", true)]
    [InlineData("17.2", "7", false)]
    public void A_series_takes_its_own_versions_only(string version, string series, bool belongs) =>
        Assert.Equal(belongs, DebianArchive.BelongsTo(version, series));

    [Fact]
    public void The_newest_kernel_is_the_one_with_the_highest_numbers()
    {
        string[] versions = ["6.12.95-1~bpo12+1", "6.12.107-1", "6.12.117-1~deb12u1", "6.12.9-3"];

        Assert.Equal("6.12.117-1~deb12u1", versions.Order(Comparer<string>.Create(DebianArchive.CompareVersions)).Last());
    }

    [Fact]
    public void A_kernel_package_that_only_names_its_parts_leads_to_them()
    {
        const string Depends =
            "Depends: dracut | initramfs-tools (>= 0.120+deb8u2) | linux-initramfs-tool, linux-base-7.2.12+deb13-cloud-amd64 (= "
                + "7.2.12-1~bpo13+1), "
            + "linux-binary-7.2.12+deb13-cloud-amd64 (= 7.2.12-1~bpo13+1), linux-modules-7.2.12+deb13-cloud-amd64 (= 7.2.12-1~bpo13+1)";

        Assert.Equal(
            [("linux-binary-7.2.12+deb13-cloud-amd64", "7.2.12-1~bpo13+1"), ("linux-modules-7.2.12+deb13-cloud-amd64", "7.2.12-1~bpo13+1")],
            DebianArchive.ParseDepends(Depends));
    }

    [Fact]
    public void A_module_names_what_it_depends_on()
    {
        var module = Encoding.ASCII.GetBytes("\u007fELF...license=GPL\0depends=libnvdimm,device_dax\0retpoline=Y\0");

        Assert.Equal(["libnvdimm", "device_dax"], KernelModules.Depends(module));
        Assert.Empty(KernelModules.Depends("license=GPL\0depends=\0"u8));
        Assert.Empty(KernelModules.Depends("no such word"u8));
    }

    [Fact]
    public async Task Modules_come_after_those_they_depend_on()
    {
        var folder = Directory.CreateTempSubdirectory("terrace-modules-");
        try
        {
            void Module(string name, string depends) =>
                File.WriteAllText(Path.Combine(folder.FullName, name + ".ko"), $"x\0depends={depends}\0");
            Module("kvm-amd", "kvm,ccp");
            Module("kvm", "irqbypass");
            Module("irqbypass", "");

            var modules = new KernelModules(folder.FullName);
            await modules.AddAsync("kvm_amd", TestContext.Current.CancellationToken);

            // ccp is built in: not among the files.
            Assert.Equal(["irqbypass", "kvm", "kvm_amd"], modules.InLoadingOrder.Select(m => m.Name));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Libraries_are_read_from_what_the_linker_says()
    {
        const string Ldd = """
            	linux-vdso.so.1 (0x00007ffc4b3d2000)
            	libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f3d3a6e5000)
            	libgone.so => not found
            	/lib64/ld-linux-x86-64.so.2 (0x00007f3d3aa1f000)
            """;

        Assert.Equal(["/lib/x86_64-linux-gnu/libm.so.6", "/lib64/ld-linux-x86-64.so.2"], SharedLibraries.Parse(Ldd));
        Assert.Empty(SharedLibraries.Parse("\tnot a dynamic executable\n"));
    }
}
