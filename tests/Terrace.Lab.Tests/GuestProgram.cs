using System.Diagnostics;

namespace Terrace.Lab.Tests;

/// <summary>The small virtual machines of lab-vm/kvm-guest, compiled.</summary>
internal static class GuestProgram
{
    /// <summary>Builds one, without libraries, which the machine does not have; skips the test where there is no compiler.</summary>
    public static async Task<string> BuildAsync(string name)
    {
        string root = LabFixture.RepositoryRoot();
        string program = Path.Combine(Directory.CreateDirectory(Path.Combine(root, "artifacts", "lab-programs")).FullName, name);
        try
        {
            using Process compiler = Process.Start(new ProcessStartInfo("gcc", ["-O1", "-static", "-Wall", "-Wextra", "-Werror", "-o", program, Path.Combine(root, "lab-vm", "kvm-guest", name + ".c")]) { RedirectStandardError = true })!;
            string errors = await compiler.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await compiler.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(compiler.ExitCode == 0, errors);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("gcc is missing; install it with eng/install-packages gcc libc6-dev");
        }

        return program;
    }
}
