using System.ComponentModel;
using System.Diagnostics;

namespace Terrace.Tests;

/// <summary>A program of the host, run to its end.</summary>
internal sealed record HostProgram(int ExitCode, string Out, string Error)
{
    /// <summary>Runs it; skips the test where there is no such program.</summary>
    public static HostProgram Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return new HostProgram(process.ExitCode, output, error.Result);
        }
        catch (Win32Exception)
        {
            Assert.Skip($"{program} is not installed here");
            throw;
        }
    }
}
