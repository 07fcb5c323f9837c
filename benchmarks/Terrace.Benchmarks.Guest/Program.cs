using Terrace.Benchmarks.Guest;

// What `./bench --lab` runs inside the lab's machine, as root. Each command prints lines of "name value".
return args switch
{
    ["scan-cost", string mebibytes] => ScanCost.Run(long.Parse(mebibytes) << 20),
    ["move-throughput", string mebibytes] => MoveThroughput.Run(long.Parse(mebibytes) << 20),
    ["garbage", string mebibytes] => Garbage.Run(long.Parse(mebibytes) << 20),
    ["rate-limit", string mebibytes] => RateLimit.Run(long.Parse(mebibytes) << 20),
    ["layout-commits", string commits] => LayoutCommits.Run(int.Parse(commits)),
    ["layout-stripes", string file, string turns] => LayoutStripes.Run(file, int.Parse(turns)),
    ["layout-user", string file, string mebibytes] => LayoutUser.Run(file, long.Parse(mebibytes) << 20),
    ["child", string mebibytes] => TouchingChild.Serve(long.Parse(mebibytes) << 20),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        "usage: terrace-bench scan-cost|move-throughput|garbage|rate-limit MEBIBYTES, layout-commits COMMITS, layout-stripes FILE "
            + "TURNS, layout-user FILE MEBIBYTES");
    return 2;
}
