#!/usr/bin/env bash
# Two builds of the same sources, with /deterministic, in the same folder, give different assemblies once two classes have [LoggerMessage].
#
# What:      the source generator of Microsoft.Extensions.Logging.Abstractions writes the classes into LoggerMessage.g.cs in another order
#            each time it runs in a new process. Assembly, debug symbols and MVID follow from that, and so does all that is built on them.
# Versions:  Microsoft.Extensions.Logging.Abstractions 10.0.0, .NET SDK 10; seen with the generator of the shared framework 10.0.14, too.
# Seen:      of six builds of eight classes several differ; the same classes sorted by name are the same in all.
# Not so:    with one class, whose methods keep their order: six builds are the same to the byte.
# Matters:   to who compares builds to know that a binary is what its sources say.
#
# Needs the .NET 10 SDK and a package source. Ends with 0 while this is so, with 1 when it has changed.
set -euo pipefail
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

builds=6
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >Demo.csproj <<'TEXT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <Deterministic>true</Deterministic>
    <EmitCompilerGeneratedFiles>true</EmitCompilerGeneratedFiles>
    <UseSharedCompilation>false</UseSharedCompilation>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Microsoft.Extensions.Logging.Abstractions" Version="10.0.0" />
  </ItemGroup>
</Project>
TEXT

# classes NUMBER: sources with that many classes, each with one message.
classes() {
    {
        echo 'using Microsoft.Extensions.Logging;'
        echo 'namespace Demo;'
        for i in $(seq "$1"); do
            echo "internal static partial class Log$i"
            echo '{'
            echo "    [LoggerMessage(LogLevel.Information, \"message $i\")]"
            echo "    public static partial void Say$i(ILogger logger);"
            echo '}'
        done
    } >Log.cs
}

# different: how many different assemblies that many builds give, and how many different orders of classes.
different() {
    local assemblies=() orders=() i generated
    for i in $(seq $builds); do
        rm -rf bin obj/Debug
        dotnet build -v quiet -nologo -tl:off >build.log 2>&1 || { cat build.log >&2; exit 2; }
        generated=$(find obj -name LoggerMessage.g.cs)
        assemblies+=("$(sha256sum <bin/Debug/net10.0/Demo.dll)")
        orders+=("$(grep -o 'partial class Log[0-9]*' "$generated" | grep -o 'Log[0-9]*' | tr '\n' ' ')")
    done
    [ "$(printf '%s\n' "${orders[@]}" | tr ' ' '\n' | sort -u | sed '/^$/d' | wc -l)" -eq "$1" ] || { echo "classes are missing" >&2; exit 2; }
    printf '%s\n' "${orders[@]}" | sed "s/^/    /" >&2
    echo "$(printf '%s\n' "${assemblies[@]}" | sort -u | wc -l) $(printf '%s\n' "${orders[@]}" | sort -u | wc -l)"
}

echo "SDK $(dotnet --version)"
classes 8
read -r assemblies orders < <(different 8)
echo "eight classes: $assemblies different assemblies and $orders different orders in $builds builds"
classes 1
read -r assemblies_of_one _ < <(different 1)
echo "one class: $assemblies_of_one different assembly in $builds builds"
if [ "$assemblies" -gt 1 ] && [ "$orders" -gt 1 ] && [ "$assemblies_of_one" -eq 1 ]; then
    echo "as described"
else
    echo "CHANGED: this is no longer as described"
    exit 1
fi
