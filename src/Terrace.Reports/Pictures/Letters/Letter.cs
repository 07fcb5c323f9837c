using System.Numerics;

namespace Terrace.Reports.Pictures.Letters;

/// <summary>One letter of a font at size 1, from its place on the baseline, y upward.</summary>
/// <param name="Advance">From it to the next.</param>
/// <param name="Outline">Closed lines around what is filled (non-zero winding).</param>
internal sealed record Letter(float Advance, IReadOnlyList<Vector2[]> Outline);
