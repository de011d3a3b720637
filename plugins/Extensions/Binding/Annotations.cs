using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.RegularExpressions;
using PluginHost.Abstractions;

namespace PluginHost.Extensions.Binding;

/// <summary>
/// What the attributes of <see cref="System.ComponentModel.DataAnnotations"/> say of a value. They are read here: .NET's <see cref="Validator"/> remembers the types that it
/// has seen.
/// </summary>
internal static class Annotations
{
    private static readonly string[] UrlSchemes = ["http://", "https://", "ftp://"];

    /// <summary>Checks a member.</summary>
    /// <param name="member">The member.</param>
    /// <param name="value">Its value.</param>
    /// <param name="instance">What it is a member of; <see langword="null"/> where that could not be made.</param>
    /// <param name="pointer">Its place.</param>
    /// <param name="problems">Takes what is wrong.</param>
    public static void Check(Member member, object? value, object? instance, string pointer, List<OptionProblem> problems)
    {
        foreach (var attribute in member.Attributes.OfType<ValidationAttribute>().OrderBy(attribute => attribute is not RequiredAttribute))
            if (ProblemOf(attribute, value, instance, member.Name) is { } message)
            {
                problems.Add(new(pointer, message));
                if (attribute is RequiredAttribute) return; // there is nothing more to say about nothing
            }
    }

    /// <summary>Checks what an object says of itself as a whole.</summary>
    /// <param name="instance">The object.</param>
    /// <param name="shape">What it is made of.</param>
    /// <param name="pointer">Its place.</param>
    /// <param name="problems">Takes what is wrong.</param>
    public static void CheckWhole(object instance, Shape shape, string pointer, List<OptionProblem> problems)
    {
        foreach (var attribute in instance.GetType().GetCustomAttributes(true).OfType<ValidationAttribute>())
            if (ProblemOf(attribute, instance, instance, "options") is { } message)
                problems.Add(new(pointer, message));
        if (instance is not IValidatableObject validatable) return;
        try
        {
            foreach (var result in validatable.Validate(ContextOf(instance, "options")))
                if (result is not null && result != ValidationResult.Success)
                    foreach (var place in PlacesOf(result, shape, pointer)) problems.Add(new(place, Line(result.ErrorMessage)));
        }
        catch (Exception e)
        {
            problems.Add(new(pointer, $"could not be checked: {Line(e.Message)}"));
        }
    }

    private static IEnumerable<string> PlacesOf(ValidationResult result, Shape shape, string pointer) => result.MemberNames.Select(name =>
        Pointer.To(pointer, shape.Members.FirstOrDefault(member => member.Property?.Name == name)?.Name ?? name)).DefaultIfEmpty(pointer);

    private static string? ProblemOf(ValidationAttribute attribute, object? value, object? instance, string name)
    {
        try
        {
            var message = attribute switch
            {
                RequiredAttribute required => value is null || (!required.AllowEmptyStrings && value is string text && string.IsNullOrWhiteSpace(text)) ? "is required" : null,
                _ when value is null => null,
                RangeAttribute range => OutOfRange(range, value),
                StringLengthAttribute length => OutOfLength(value, length.MinimumLength, length.MaximumLength),
                LengthAttribute length => OutOfLength(value, length.MinimumLength, length.MaximumLength),
                MinLengthAttribute length => OutOfLength(value, length.Length, int.MaxValue),
                MaxLengthAttribute length => OutOfLength(value, 0, length.Length < 0 ? int.MaxValue : length.Length),
                RegularExpressionAttribute expression => Mismatch(expression, value),
                UrlAttribute => IsUrl(value) ? null : "expected an address that begins with http://, https:// or ftp://",
                EmailAddressAttribute => IsEmail(value) ? null : "expected an e-mail address",
                AllowedValuesAttribute allowed => allowed.Values.Contains(value) ? null : $"expected one of {List(allowed.Values)}",
                DeniedValuesAttribute denied => denied.Values.Contains(value) ? $"is one of those that may not be: {List(denied.Values)}" : null,
                _ => Own(attribute, value, instance, name),
            };
            return message is not null && IsWorded(attribute) ? Line(attribute.FormatErrorMessage(name)) : message;
        }
        catch (Exception e)
        {
            return $"could not be checked by {attribute.GetType().Name}: {Line(e.Message)}";
        }
    }

    /// <summary>Whether the author has given it a message. Some attributes have one of their own there.</summary>
    private static bool IsWorded(ValidationAttribute attribute)
    {
        var usual = attribute switch
        {
            UrlAttribute => new UrlAttribute().ErrorMessage,
            EmailAddressAttribute => new EmailAddressAttribute().ErrorMessage,
            AllowedValuesAttribute => new AllowedValuesAttribute().ErrorMessage,
            DeniedValuesAttribute => new DeniedValuesAttribute().ErrorMessage,
            _ => null,
        };
        return attribute.ErrorMessageResourceName is not null || (attribute.ErrorMessage is { } text && text != usual);
    }

    /// <summary>Any other attribute, the author's own among them.</summary>
    private static string? Own(ValidationAttribute attribute, object? value, object? instance, string name)
    {
        var result = attribute.GetValidationResult(value, ContextOf(instance ?? new object(), name));
        return result is null || result == ValidationResult.Success ? null : Line(result.ErrorMessage);
    }

    /// <summary>With a name to show: asked for one, the context would look it up, and remember the type.</summary>
    private static ValidationContext ContextOf(object instance, string name) => new(instance, null, null) { DisplayName = name, MemberName = name };

    private static string? OutOfRange(RangeAttribute range, object value)
    {
        var low = BoundOf(range.Minimum, value);
        var high = BoundOf(range.Maximum, value);
        var (above, below) = (Compare(value, low), Compare(value, high));
        return above > 0 || (above == 0 && !range.MinimumIsExclusive)
            ? below < 0 || (below == 0 && !range.MaximumIsExclusive) ? null : Message()
            : Message();

        string Message() => "expected " + (range.MinimumIsExclusive ? "more than " : "") + Show(low)
            + (range.MinimumIsExclusive || range.MaximumIsExclusive ? " and " : " to ") + (range.MaximumIsExclusive ? "less than " : range.MinimumIsExclusive ? "at most " : "") + Show(high);
    }

    /// <summary>A bound in the type of the value. Bounds that are not numbers are given as text.</summary>
    private static object BoundOf(object bound, object value) =>
        bound is string text ? Scalars.ReadName(value.GetType(), text).Value ?? throw new FormatException($"{text} is not a {value.GetType().Name}.") : bound;

    private static int Compare(object value, object bound)
    {
        if (value.GetType() == bound.GetType()) return ((IComparable)value).CompareTo(bound);
        return value is float or double || bound is float or double
            ? Convert.ToDouble(value, CultureInfo.InvariantCulture).CompareTo(Convert.ToDouble(bound, CultureInfo.InvariantCulture))
            : Convert.ToDecimal(value, CultureInfo.InvariantCulture).CompareTo(Convert.ToDecimal(bound, CultureInfo.InvariantCulture));
    }

    private static string? OutOfLength(object value, int low, int high)
    {
        var (length, unit) = value switch
        {
            string text => (text.Length, "characters"),
            ICollection items => (items.Count, "items"),
            IEnumerable items => (items.Cast<object?>().Count(), "items"),
            _ => throw new InvalidOperationException($"a {value.GetType().Name} has no length"),
        };
        if (length >= low && length <= high) return null;
        return low == 0 ? $"expected at most {Show(high)} {unit}"
            : high == int.MaxValue ? $"expected at least {Show(low)} {unit}"
            : $"expected {Show(low)} to {Show(high)} {unit}";
    }

    private static string? Mismatch(RegularExpressionAttribute expression, object value)
    {
        var text = Convert.ToString(value, CultureInfo.InvariantCulture)!;
        if (text.Length == 0) return null;
        var regex = new Regex(expression.Pattern, RegexOptions.None, TimeSpan.FromMilliseconds(Math.Max(1, expression.MatchTimeoutInMilliseconds)));
        // The first match must be the whole text, as the attribute itself has it.
        return regex.Match(text) is { Success: true, Index: 0 } match && match.Length == text.Length ? null : $"expected text like {expression.Pattern}";
    }

    private static bool IsUrl(object value)
    {
        var text = value is Uri uri ? uri.OriginalString : value as string ?? "";
        return UrlSchemes.Any(scheme => text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsEmail(object value) =>
        value is string text && !text.Contains('\r', StringComparison.Ordinal) && !text.Contains('\n', StringComparison.Ordinal)
            && text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < text.Length - 1 && at == text.LastIndexOf('@');

    private static string List(object?[] values) => string.Join(", ", values.Select(value => value is null ? "null" : Show(value)));

    private static string Show(object value) => value switch
    {
        int or long => ((IFormattable)value).ToString("n0", CultureInfo.InvariantCulture),
        Enum => Scalars.NameOf(value.ToString()!),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Line(string? text) => string.IsNullOrEmpty(text) ? "is not valid" : text.ReplaceLineEndings(" ");
}
