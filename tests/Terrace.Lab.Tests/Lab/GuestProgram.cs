using Terrace.Lab.Programs;

namespace Terrace.Lab.Tests;

/// <summary>The small virtual machines of lab-vm/kvm-guest, compiled.</summary>
internal static class GuestProgram
{
    /// <summary>Builds one; skips the test where there is no compiler.</summary>
    public static async Task<string> BuildAsync(string name)
    {
        Assert.SkipWhen(HostPrograms.Find("gcc") is null, "gcc is missing; install it with eng/install-packages gcc libc6-dev");
        return await CompiledProgram.GuestAsync(LabFixture.RepositoryRoot(), name, TestContext.Current.CancellationToken);
    }
}
