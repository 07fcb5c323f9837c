using System.ComponentModel;
using System.Diagnostics;

namespace Terrace.Tests;

/// <summary>A program of the host, run to its end.</summary>
internal sealed record HostProgram(int ExitCode, string Out, string Error)
{
    /// <summary>Runs it; skips the test where there is no such program.</summary>
    public static HostProgram Run(string program, params string[] arguments) => RunWith("", program, arguments);

    /// <summary>Runs it with a text on its standard input; skips the test where there is no such program.</summary>
    public static HostProgram RunWith(string input, string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            process.StandardInput.Write(input);
            process.StandardInput.Close();
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
