-- Where does one wait longest? Airports with at least 100 departures, by mean delay in minutes.
SELECT a.iata AS airport, a.name, a.city, a.state, count(*) AS flights, round(avg(f.delay), 1) AS mean_delay
FROM lake.flights.flights f
JOIN lake.flights.airports a ON a.iata = f.origin
GROUP BY a.iata, a.name, a.city, a.state
HAVING count(*) >= 100
ORDER BY avg(f.delay) DESC
LIMIT 10
