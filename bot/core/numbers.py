"""How probabilities and shares are said, the same on every card, picture and description. Pure.

A probability is what somebody (or the group) forecast: it is said as it was typed, or if it was
computed with three digits counted from the nearer end. A share is a part that was counted or
estimated: it is said in whole percent. Neither is called 0% or 100% unless it is exactly that.
"""

from decimal import Decimal

# Nobody types more digits than this; a number that was computed has about sixteen.
_TYPED = 6
_COMPUTED = 3
# The smallest percentage that can be typed; a file may hold smaller ones, with hundreds of zeros.
_LEAST = Decimal("1e-12")
_ROUNDING = 9


def say_probability(probability: float) -> str:
    """Say a forecast in percent: as it was typed, or with the digits that matter.

    >>> [say_probability(one) for one in (0.7, 0.004, 0.9997, 0.12345, 1 / 3, 1 / 3000)]
    ['70%', '0.4%', '99.97%', '12.345%', '33.3%', '0.0333%']
    """
    percent = Decimal(repr(float(probability))) * 100
    end = Decimal(0 if percent < 50 else 100)
    apart = percent - end
    if apart and abs(apart) < _LEAST:
        return f"under {_LEAST:f}%" if apart > 0 else f"over {end - _LEAST:f}%"
    if len(apart.normalize().as_tuple().digits) > _TYPED:
        apart = Decimal(f"{apart:.{_COMPUTED}g}")
    return f"{(end + apart).normalize():f}%"


def say_share(share: float) -> str:
    """Say a part of a whole in whole percent; a weight may lie below 0 or above 1.

    >>> [say_share(one) for one in (0.0, 0.004, 0.614, 0.996, 1.0, 1.204)]
    ['0%', 'under 1%', '61%', 'over 99%', '100%', '120%']
    """
    percent = round(100 * share, _ROUNDING)
    if 0 < abs(percent) < 1:
        return "under 1%"
    if 99 < percent < 101 and percent != 100:
        return "over 99%" if percent < 100 else "over 100%"
    return f"{percent:.0f}%".replace("-", "−")


def say_points(difference: float) -> str:
    """Say a difference of two probabilities in percentage points, with its sign.

    >>> [say_points(one) for one in (0.13, -0.041, 0.0042, 0.0, 0.01)]
    ['+13 points', '−4.1 points', '+0.42 points', '0 points', '+1 point']
    """
    points = round(100 * difference, _ROUNDING)
    digits = f"{Decimal(f'{points:+.2g}'):+f}" if points else "0"
    return f"{digits.replace('-', '−')} {'point' if digits in {'+1', '-1'} else 'points'}"
