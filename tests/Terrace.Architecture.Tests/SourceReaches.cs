using System.Text.RegularExpressions;

namespace Terrace.Architecture.Tests;

/// <summary>Finds which folder's source uses which other folder's types, by names: sees constants, which compilation erases.</summary>
internal static partial class SourceReaches
{
    /// <summary>Uses across folders below a root namespace (<c>Terrace.Core</c>), a folder being the namespace's next part.</summary>
    public static IReadOnlyList<Reach> Find(IReadOnlyList<SourceFile> files, string rootNamespace)
    {
        ILookup<string, string> foldersOfType = files
            .SelectMany(file => file.TopLevelTypes().Select(type => (type.Name, Folder: FolderOf(file.Namespace, rootNamespace))))
            .ToLookup(type => type.Name, type => type.Folder);
        List<Reach> reaches = [];
        foreach (SourceFile file in files.Where(file => file.Namespace != ""))
        {
            string from = FolderOf(file.Namespace, rootNamespace);
            // What stands in the project's own folder is in sight of all its namespaces.
            HashSet<string> imported =
            [
                Layers.Root,
                .. Imports()
                    .Matches(file.Code)
                    .Select(match => FolderOf(match.Groups[1].Value, rootNamespace))
                    .Where(folder => folder != ""),
            ];
            HashSet<string> identifiers = [.. file.Identifiers()];
            foreach (string name in identifiers)
            {
                foreach (string folder in foldersOfType[name].Where(folder => folder != from && imported.Contains(folder)))
                {
                    reaches.Add(new Reach(from, folder, name, file.Path));
                }
            }

            // Written out: Machine.PlaceMap, Terrace.Core.Machine.PlaceMap.
            foreach (Match match in Qualified().Matches(file.Code))
            {
                string folder = match.Groups["folder"].Value;
                string type = match.Groups["type"].Value;
                if (folder != from && foldersOfType[type].Contains(folder))
                {
                    reaches.Add(new Reach(from, folder, type, file.Path));
                }
            }
        }

        return [.. reaches.Distinct()];
    }

    private static string FolderOf(string name, string rootNamespace) =>
        name == rootNamespace ? Layers.Root
        : name.StartsWith(rootNamespace + ".", StringComparison.Ordinal) ? name[(rootNamespace.Length + 1)..].Split('.')[0]
        : "";

    [GeneratedRegex(@"^\s*(?:global\s+)?using\s+(?:static\s+|\w+\s*=\s*)?([\w.]+)\s*;", RegexOptions.Multiline)]
    private static partial Regex Imports();

    [GeneratedRegex(@"(?<!\w)(?<folder>[A-Z]\w*)\.(?<type>[A-Z]\w*)")]
    private static partial Regex Qualified();
}
