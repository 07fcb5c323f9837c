namespace Terrace.Fuzz.Campaigns;

/// <summary>Runs kept inputs again, without a fuzzer.</summary>
internal static class Replay
{
    public static int Run(string name, IReadOnlyList<string> files)
    {
        if (FuzzTargets.Find(name) is not { } target)
        {
            Console.Error.WriteLine($"fuzz: there is no target {name} — ./fuzz --list names them");
            return 2;
        }

        int failed = 0;
        foreach (string file in files)
        {
            try
            {
                target.Run(File.ReadAllBytes(file));
                Console.WriteLine($"{file}: nothing goes wrong");
            }
            catch (Exception error)
            {
                failed++;
                Console.WriteLine($"{file}: {error}");
            }
        }

        return failed > 0 ? 1 : 0;
    }
}
