-- Fills the project space :space of a migrated database: 200 locations in three levels, 50 groups, 10 roles, and :workers
-- mobile workers. No chance in it but the ids: every run has the same names in the same places.

\set ON_ERROR_STOP on
BEGIN;
SET LOCAL synchronous_commit = off;
-- The rows fit together as they are made: looking up each reference anew would take longer than everything else.
SET LOCAL session_replication_role = replica;
SET LOCAL jit = off;

-- As the gateway makes them: UUIDv7, in the order of creation.
CREATE FUNCTION pg_temp.id(number bigint) RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT (substr(time, 1, 8) || '-' || substr(time, 9, 4) || '-7' || substr(gen_random_uuid()::text, 16))::uuid
    FROM (SELECT lpad(to_hex(1767225600000 + number), 12, '0') AS time) made
$$;
CREATE TEMP TABLE space AS SELECT id, now() AS made FROM project_space WHERE name = :'space';

-- Role n of ten holds three and n more of these.
CREATE TEMP TABLE permission AS SELECT * FROM unnest(ARRAY[
    'access_api', 'access_mobile_endpoints', 'access_web_apps', 'download_reports', 'edit_data', 'edit_messaging',
    'report_an_issue', 'view_apps', 'view_commcare_users', 'view_file_dropzone', 'view_groups', 'view_locations',
    'view_reports'
]) WITH ORDINALITY AS held (name, number);

CREATE TEMP TABLE new_role AS SELECT number, pg_temp.id(number) AS id FROM generate_series(1, 10) number;
INSERT INTO role SELECT new_role.id, space.id, 'Field role ' || new_role.number, 'field role ' || new_role.number,
        (SELECT jsonb_object_agg(name, true) FROM permission WHERE permission.number <= new_role.number + 3),
        true, false, false, made, made, 1
    FROM new_role, space;
-- The two whose holders sign in.
INSERT INTO role SELECT pg_temp.id(20), space.id, 'Load manager', 'load manager', '{"access_all_locations": true,
        "access_api": true, "edit_commcare_users": true, "view_commcare_users": true, "view_groups": true,
        "view_locations": true, "view_roles": true}', true, false, false, made, made, 1
    FROM space;
INSERT INTO role SELECT pg_temp.id(21), space.id, 'Load supervisor', 'load supervisor', '{"access_api": true,
        "edit_commcare_users": true, "view_commcare_users": true, "view_locations": true}',
        true, false, false, made, made, 1
    FROM space;

CREATE TEMP TABLE level AS
    SELECT number, name, pg_temp.id(100 + number) AS id FROM unnest(ARRAY['State', 'District', 'Clinic'])
    WITH ORDINALITY AS named (name, number);
INSERT INTO location_type SELECT level.id, space.id, level.name, lower(level.name), above.id, made, made, 1
    FROM space, level LEFT JOIN level above ON above.number = level.number - 1;

-- 5 states (1 to 5), 35 districts (6 to 40), 160 clinics (41 to 200).
CREATE TEMP TABLE place AS
    SELECT number, pg_temp.id(200 + number) AS id,
        CASE WHEN number <= 5 THEN 1 WHEN number <= 40 THEN 2 ELSE 3 END AS level,
        CASE WHEN number <= 5 THEN NULL WHEN number <= 40 THEN 1 + (number - 6) % 5 ELSE 6 + (number - 41) % 35 END
            AS parent
    FROM generate_series(1, 200) number;
INSERT INTO location SELECT place.id, space.id, level.name || ' ' || place.number, 'place_' || place.number, level.id,
        above.id, false, made, made, 1
    FROM space, place JOIN level ON level.number = place.level LEFT JOIN place above ON above.number = place.parent;
WITH RECURSIVE lineage AS (
    SELECT id, id AS ancestor, parent, 0 AS distance FROM place
    UNION ALL
    SELECT lineage.id, above.id, above.parent, distance + 1
    FROM lineage JOIN place above ON above.number = lineage.parent
)
INSERT INTO location_ancestor SELECT id, ancestor, distance FROM lineage;

CREATE TEMP TABLE team AS SELECT number, pg_temp.id(500 + number) AS id FROM generate_series(1, 50) number;
INSERT INTO user_group SELECT team.id, space.id, 'Group ' || team.number, false, true, made, made, 1 FROM team, space;

-- Names, places and roles are drawn by a hash, so that none goes with another. Four of five are active.
CREATE TEMP TABLE person AS
    SELECT number, pg_temp.id(1000 + number) AS id, substr(hash, 1, 6) || '.worker.' || number AS username,
        (ARRAY['Amina', 'Bilal', 'Chipo', 'Diego', 'Esther', 'Farid', 'Grace', 'Hana', 'Ibrahim', 'Juana'])[1 + number % 10]
            AS first_name,
        (ARRAY['Abebe', 'Banda', 'Castillo', 'Diallo', 'Eze', 'Fernando', 'Gupta', 'Hassan'])[1 + number / 10 % 8]
            AS last_name,
        '2557' || lpad(number::text, 8, '0') AS phone,
        CASE WHEN number % 5 > 0 THEN 'active' WHEN number % 20 = 0 THEN 'deleted' ELSE 'deactivated' END AS status,
        1 + drawn % 10 AS role, 41 + chosen % 160 AS clinic, 41 + (chosen % 160 + 1 + drawn / 10 % 159) % 160 AS other_clinic
    FROM (
        SELECT number, hash, ('x' || substr(hash, 7, 6))::bit(24)::integer AS drawn,
            ('x' || substr(hash, 13, 6))::bit(24)::integer AS chosen
        FROM (SELECT number, md5(number::text) AS hash FROM generate_series(1, :workers) number) hashed
    ) numbered;
CREATE UNIQUE INDEX ON person (number);
ANALYZE person;
INSERT INTO mobile_worker
    SELECT person.id, space.id, username, first_name, last_name, NULL, jsonb_build_array(phone), 'en', person.status,
        CASE WHEN person.status = 'deleted' THEN 'active' END, new_role.id, place.id,
        jsonb_build_object('chw_id', lpad(person.number::text, 7, '0')), NULL,
        lower(concat_ws(E'\n', username, first_name, last_name, phone)), made, made, NULL, 1
    FROM space, person JOIN new_role ON new_role.number = person.role
    JOIN place ON place.number = person.clinic
    ORDER BY person.number;
INSERT INTO mobile_worker_location
    SELECT person.id, space.id, place.id, 0 FROM space, person JOIN place ON place.number = person.clinic
    ORDER BY person.number;
INSERT INTO mobile_worker_location
    SELECT person.id, space.id, place.id, 1 FROM space, person JOIN place ON place.number = person.other_clinic
    WHERE person.number % 2 = 0
    ORDER BY person.number;
INSERT INTO mobile_worker_group
    SELECT person.id, space.id, team.id, part FROM space, person, generate_series(0, 1) part
    JOIN team ON true
    WHERE team.number = 1 + (person.number + 17 * part) % 50
    ORDER BY person.number, part;
COMMIT;

VACUUM (ANALYZE);
